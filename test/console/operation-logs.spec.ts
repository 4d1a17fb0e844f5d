import * as assert from "node:assert/strict";
import { functionLogs, type LogScope } from "../../local/console/operation-logs.ts";
import { createClock } from "../../local/clock.ts";
import { LogStore } from "../../local/logs/log-store.ts";

const GROUP = "/aws/lambda/pay";
const EXECUTION = { executionId: "e-1", functionName: "pay", version: "1" };
/** A moment from which the log's lines are counted, in epoch milliseconds. */
const ZERO = Date.parse("2030-01-01T00:00:00.000Z");

describe("The log lines of an operation", () => {
  let logs: LogStore;

  beforeEach(() => {
    logs = new LogStore({ file: ":memory:", clock: createClock() });
    logs.apply({ logGroups: [{ name: GROUP, arn: "arn", retentionInDays: 0xffff }] });
  });

  afterEach(() => logs.close());

  /** As the SDK's logger and Lambda's console write lines. @param at milliseconds after {@link ZERO} @param readAfter when the stack had it */
  function write(message: string, at: number, fields: Readonly<Record<string, unknown>>, readAfter = 0): void {
    const line = { timestamp: new Date(ZERO + at).toISOString(), level: "INFO", message, ...fields };
    logs.append(GROUP, "stream", [{ timestamp: ZERO + at + readAfter, message: JSON.stringify(line) }]);
  }

  const durable = (operationId: string, attempt?: number) => ({ requestId: "r-1", executionArn: "arn:…/e-1", operationId, attempt });

  function messages(scope: Pick<LogScope, "operationIds" | "attempt"> & { from?: number; to?: number; requestIds?: readonly string[] }): string[] {
    const { from = 0, to = 10_000, requestIds = ["r-1"] } = scope;
    const invocations = requestIds.map((requestId) => ({ requestId, startedAt: ZERO }));
    const version = { logGroupName: GROUP };
    const registry = { find: () => version } as unknown as Parameters<typeof functionLogs>[0]["registry"]; // All that it is asked for.
    return functionLogs({ logs, registry }, EXECUTION, { ...scope, from: ZERO + from, to: ZERO + to, invocations }).map(
      ({ message }) => (JSON.parse(message) as { message: string }).message,
    );
  }

  it("are those that name it, and not those of branches beside it", () => {
    write("left", 100, durable("left"));
    write("right", 101, durable("right"));
    assert.deepEqual(messages({ operationIds: ["left"] }), ["left"]);
    assert.deepEqual(messages({ operationIds: ["left", "right"] }), ["left", "right"], "what contains both has both");
  });

  it("are those of one attempt, when that is asked for", () => {
    write("first", 100, durable("s", 1));
    write("second", 5_000, durable("s", 2));
    assert.deepEqual(messages({ operationIds: ["s"] }), ["first", "second"]);
    assert.deepEqual(messages({ operationIds: ["s"], attempt: 2, from: 4_900, to: 5_100 }), ["second"]);
  });

  it("are also those of console.log that were written meanwhile, whenever they were read", () => {
    write("before", 100, { requestId: "r-1" });
    write("meanwhile", 1_000, { requestId: "r-1" }, 200);
    write("after", 1_200, { requestId: "r-1" });
    assert.deepEqual(messages({ operationIds: ["s"], from: 900, to: 1_050 }), ["meanwhile"]);
  });

  it("are never those of another execution", () => {
    write("other console", 100, { requestId: "r-2" });
    write("other logger", 100, { ...durable("s"), requestId: "r-2", executionArn: "arn:…/e-2" });
    assert.deepEqual(messages({ operationIds: ["s"] }), []);
    assert.deepEqual(messages({}), []);
  });

  it("of a whole execution are all of them, and those of the invocation in flight", () => {
    write("step", 100, durable("s"));
    write("body", 200, { requestId: "r-9" });
    assert.deepEqual(messages({ requestIds: ["r-9"] }), ["step", "body"]);
  });
});
