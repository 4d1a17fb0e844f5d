import assert from "node:assert/strict";
import { startTestStack, type TestStack } from "../local/conformance/stack.ts";
import { Botocore } from "./botocore.ts";
import { Executions, type Status } from "./executions.ts";

const CONFLICT = [409, "ResourceConflictException"] as const;
const UNKNOWN = [404, "ResourceNotFoundException"] as const;

/** Status, call, and what the call answers: the status that the execution has then, or the error. */
const ROWS: readonly (readonly [Status | "unknown", "Pause" | "Resume" | "Delete" | "Stop", string | readonly [number, string]])[] = [
  ["RUNNING", "Pause", "PAUSED"],
  ["PAUSING", "Pause", CONFLICT],
  ["PAUSED", "Pause", CONFLICT],
  ["SUCCEEDED", "Pause", CONFLICT],
  ["FAILED", "Pause", CONFLICT],
  ["TIMED_OUT", "Pause", CONFLICT],
  ["STOPPED", "Pause", CONFLICT],
  ["unknown", "Pause", UNKNOWN],
  ["RUNNING", "Resume", CONFLICT],
  ["PAUSING", "Resume", "RUNNING"],
  ["PAUSED", "Resume", "RUNNING"],
  ["SUCCEEDED", "Resume", CONFLICT],
  ["FAILED", "Resume", CONFLICT],
  ["TIMED_OUT", "Resume", CONFLICT],
  ["STOPPED", "Resume", CONFLICT],
  ["unknown", "Resume", UNKNOWN],
  ["RUNNING", "Delete", CONFLICT],
  ["PAUSING", "Delete", CONFLICT],
  ["PAUSED", "Delete", CONFLICT],
  ["SUCCEEDED", "Delete", "DELETING"],
  ["FAILED", "Delete", "DELETING"],
  ["TIMED_OUT", "Delete", "DELETING"],
  ["STOPPED", "Delete", "DELETING"],
  ["unknown", "Delete", UNKNOWN],
  ["PAUSING", "Stop", "STOPPED"],
  ["PAUSED", "Stop", "STOPPED"],
];

describe("By botocore", () => {
  let test: TestStack;
  let botocore: Botocore;
  let executions: Executions;

  before(async () => {
    test = await startTestStack({ speed: 1 });
    botocore = new Botocore(test.stack);
    executions = new Executions(botocore, test.folder);
  });

  after(async () => {
    botocore.close();
    await test.stop();
  });

  for (const [status, call, expected] of ROWS) {
    const what = typeof expected === "string" ? `makes it ${expected}` : `is refused with ${expected[1]}`;
    it(`${call}DurableExecution of one that is ${status} ${what}`, async () => {
      const arn = status === "unknown" ? `${await executions.reach("SUCCEEDED")}0` : await executions.reach(status);
      if (status !== "unknown") assert.equal((await executions.get(arn))["Status"], status);
      const answer = await botocore.call(`${call}DurableExecution`, { DurableExecutionArn: arn });
      if (typeof expected !== "string") {
        assert.deepEqual([answer.status, answer.error], expected);
        return;
      }
      assert.equal(answer.status, call === "Stop" ? 200 : 202);
      if (call === "Delete") assert.match(String(answer.body["DeletionRequestTimestamp"]), /^\d{4}-/);
      assert.equal((await executions.get(arn))["Status"], expected);
    });
  }

  it("a deleted execution is gone", async () => {
    const arn = await executions.reach("SUCCEEDED");
    await botocore.call("DeleteDurableExecution", { DurableExecutionArn: arn });
    assert.deepEqual(await botocore.call("DeleteDurableExecution", { DurableExecutionArn: arn }), { status: 409, error: "ResourceConflictException", body: {} });
    await executions.untilStatus(arn, undefined);
    assert.deepEqual(await botocore.call("DeleteDurableExecution", { DurableExecutionArn: arn }), { status: 404, error: "ResourceNotFoundException", body: {} });
  });

  it("a pause is told of in the execution, the list and the history, in the shapes of the model", async () => {
    const arn = await executions.suspended();
    const pause = { DurableExecutionArn: arn, ClientToken: "token", Reason: "maintenance", ExecutionTimeoutPaused: true };
    assert.equal((await botocore.call("PauseDurableExecution", pause)).status, 202);
    assert.equal((await botocore.call("PauseDurableExecution", pause)).status, 202);
    assert.equal((await botocore.call("PauseDurableExecution", { ...pause, Reason: "another" })).status, 409);
    const shown = await executions.get(arn);
    assert.partialDeepStrictEqual(shown, { Status: "PAUSED", Version: "1", ExecutionDataIncluded: true, DurableConfig: { ExecutionTimeout: 900 } });
    assert.partialDeepStrictEqual(shown["PauseDetails"], { Reason: "maintenance", ExecutionTimeoutPaused: true });
    const days = (Date.parse(String(shown["ExpectedExecutionTimeoutTimestamp"])) - Date.parse(String(shown["StartTimestamp"]))) / 86_400_000;
    assert.ok(Math.abs(days - 366) < 0.001);
    const { body: bare } = await botocore.call("GetDurableExecution", { DurableExecutionArn: arn, IncludeExecutionData: false });
    assert.equal(bare["ExecutionDataIncluded"], false);
    assert.equal(bare["InputPayload"], undefined);
    const { body: list } = await botocore.call("ListDurableExecutionsByFunction", { FunctionName: "workflow", Statuses: ["PAUSED"] });
    assert.ok(JSON.stringify(list).includes(arn));
    assert.equal((await botocore.call("ResumeDurableExecution", { DurableExecutionArn: arn, Reason: "done" })).status, 202);
    assert.deepEqual(await executions.eventTypes(arn), ["ExecutionStarted", "WaitStarted", "InvocationCompleted", "ExecutionPaused", "ExecutionResumed"]);
  });

  it("an invocation that a pause cut off runs again when it is resumed", async () => {
    const { arn, finish } = await executions.pausing();
    finish();
    await executions.untilStatus(arn, "PAUSED");
    await botocore.call("ResumeDurableExecution", { DurableExecutionArn: arn });
    await executions.untilStatus(arn, "SUCCEEDED");
    assert.equal((await executions.get(arn))["Result"], '"held"');
  });
});
