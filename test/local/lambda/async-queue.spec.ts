import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StartRequest } from "../../../local/durable/contract.ts";
import { AwsError } from "../../../local/errors.ts";
import { AsyncQueue } from "../../../local/lambda/async-queue.ts";
import { DeadLetters } from "../../../local/lambda/dead-letters.ts";
import type { FunctionVersion, InvocationOutcome } from "../../../local/lambda/function-version.ts";
import { FunctionRegistry } from "../../../local/lambda/registry.ts";
import { schema } from "../../../local/lambda/schema.ts";
import { Store } from "../../../local/store/store.ts";
import { awsError, eventually, FakeAccess, FakeClock, FakeLogs, functionVersion, identity } from "./support.ts";

const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:failed";
const FAILURE: InvocationOutcome = { kind: "error", errorType: "Error", errorMessage: "no luck" };
const MINUTE = 60_000;

interface Attempt {
  version: FunctionVersion;
  event: string;
  requestId: string;
  resolve: (outcome: InvocationOutcome) => void;
}

describe("asynchronous invocations", () => {
  let folder: string;
  let clock: FakeClock;
  let iam: FakeAccess;
  let logs: FakeLogs;
  let store: Store;
  let queue: AsyncQueue;
  let attempts: Attempt[];
  let started: StartRequest[];
  let messages: { queueArn: string; body: string; attributes: unknown }[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "async-"));
    clock = new FakeClock();
    iam = new FakeAccess();
    logs = new FakeLogs();
    messages = [];
    open();
  });
  afterEach(() => {
    queue.stop();
    store.close();
    rmSync(folder, { recursive: true });
  });

  function open(): void {
    store = Store.open({ file: join(folder, "stack.sqlite"), schemas: [schema] });
    attempts = [];
    started = [];
    const registry = new FunctionRegistry({ store, identity });
    registry.apply({
      functions: [
        functionVersion({ deadLetterQueueArn: QUEUE }),
        functionVersion({ functionName: "durable", durable: { executionTimeoutSeconds: 60, retentionDays: 1 } }),
      ],
      aliases: [],
    });
    queue = new AsyncQueue({
      store,
      clock,
      functions: registry,
      invoker: { invoke: (version, event, requestId) => new Promise((resolve) => attempts.push({ version, event, requestId, resolve })) },
      executions: {
        start(request) {
          started.push(request);
          return { executionArn: "execution", existing: false };
        },
        waitForClose: () => Promise.reject(new Error("Nobody waits for an asynchronous execution.")),
      },
      deadLetters: new DeadLetters({ queues: { send: (queueArn, body, attributes) => messages.push({ queueArn, body, attributes }) }, iam, identity, logs, clock }),
    });
  }

  /** As a kill does: nothing is stopped, nothing is told. */
  async function restart(): Promise<void> {
    await store.committed();
    queue.stop();
    store.close();
    open();
    queue.start();
  }

  const attempt = (count: number) => eventually(`attempt ${count}`, () => attempts[count - 1]);
  const kept = () => store.prepare("SELECT count(*) AS count FROM lambda_async_events").get()!.count;

  it("delivers an event once when the function takes it, and only after it is on disk", async () => {
    assert.deepEqual(queue.invokeAsync("greet", '{"a":1}'), {});
    assert.equal(attempts.length, 0);
    const first = await attempt(1);
    assert.equal(first.event, '{"a":1}');
    assert.equal(first.version.version, "$LATEST");
    first.resolve({ kind: "response", payload: "null" });
    await eventually("the event is done with", () => kept() === 0);
    clock.advance(60 * MINUTE);
    assert.equal(attempts.length, 1);
    assert.deepEqual(messages, []);
  });

  it("has 100 events of a function under way at most, the others wait in the store, over a restart too", async () => {
    for (let index = 0; index < 130; index++) queue.invokeAsync("greet", "{}");
    await attempt(100);
    await restart();
    clock.advance(1);
    await attempt(100);
    // In this turn and the next nothing more begins, until one is done.
    await new Promise(setImmediate);
    assert.equal(attempts.length, 100);
    attempts[0]!.resolve({ kind: "response", payload: "null" });
    await attempt(101);
    for (let index = 1; index < 130; index++) (await attempt(index + 1)).resolve({ kind: "response", payload: "null" });
    await eventually("all are done with", () => kept() === 0);
    assert.equal(attempts.length, 130);
  });

  it("delivers nothing that its caller took back in the same turn", async () => {
    assert.throws(() =>
      store.write(() => {
        queue.invokeAsync("greet", "{}");
        throw new Error("changed my mind");
      }),
    );
    await store.committed();
    assert.equal(attempts.length, 0);
  });

  it("tries a failing event after one and two minutes more, then sends it to the dead-letter queue", async () => {
    queue.invokeAsync("greet", '{"a":1}');
    const { requestId, resolve } = await attempt(1);
    resolve(FAILURE);
    await eventually("the failure is recorded", () => failures() === 1);
    clock.advance(MINUTE - 1);
    assert.equal(attempts.length, 1);
    clock.advance(1);
    (await attempt(2)).resolve(FAILURE);
    await eventually("the failure is recorded", () => failures() === 2);
    clock.advance(2 * MINUTE);
    (await attempt(3)).resolve(FAILURE);
    await eventually("the event is done with", () => kept() === 0);
    assert.deepEqual(attempts.map((each) => each.requestId), [requestId, requestId, requestId]);
    assert.deepEqual(iam.asked, [{ action: "sqs:SendMessage", resource: QUEUE }]);
    assert.deepEqual(messages, [
      { queueArn: QUEUE, body: '{"a":1}', attributes: { RequestID: requestId, ErrorCode: "200", ErrorMessage: "no luck" } },
    ]);
  });

  it("loses no event to a restart: neither one under way nor one that waits for its next attempt", async () => {
    queue.invokeAsync("greet", '"under way"');
    queue.invokeAsync("greet", '"waiting"');
    await attempt(2);
    attempts.find(({ event }) => event === '"waiting"')!.resolve(FAILURE);
    await eventually("the failure is recorded", () => failures() === 1);
    await restart();
    clock.advance(0);
    assert.deepEqual(attempts.map(({ event }) => event), ['"under way"']);
    clock.advance(MINUTE);
    assert.deepEqual(attempts.map(({ event }) => event), ['"under way"', '"waiting"']);
  });

  it("starts a durable function's execution in the caller's own turn", () => {
    assert.deepEqual(queue.invokeAsync("durable:1", '{"a":1}'), { executionArn: "execution" });
    assert.equal(started.length, 1);
    assert.partialDeepStrictEqual(started[0]!, { input: '{"a":1}', invocationType: "Event" });
    assert.equal(started[0]!.version.functionName, "durable");
    assert.equal(kept(), 0);
  });

  it("refuses an unqualified durable function, an unknown one, and an event over 1 MB", () => {
    assert.throws(
      () => queue.invokeAsync("durable", "{}"),
      awsError("InvalidParameterValueException", "You cannot invoke a durable function using an unqualified ARN."),
    );
    assert.throws(() => queue.invokeAsync("nobody", "{}"), awsError("ResourceNotFoundException", /Function not found: .*:nobody$/));
    assert.throws(
      () => queue.invokeAsync("greet", `"${"x".repeat(1_048_575)}"`),
      awsError("RequestTooLargeException", "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)"),
    );
  });

  it("says in the function's log why an event could not go to its dead-letter queue", async () => {
    iam.forbidden = "sqs:SendMessage";
    const version = functionVersion({ deadLetterQueueArn: QUEUE });
    const letters = new DeadLetters({ queues: { send: () => assert.fail("sent without permission") }, iam, identity, logs, clock });
    letters.deadLetter(version, "{}", { requestId: "r1", errorCode: "200", errorMessage: "no luck" });
    assert.equal(logs.lines[0]!.group, version.logGroupName);
    assert.match(logs.messages[0]!, /could not be sent to the dead-letter queue: not authorized to perform: sqs:SendMessage/);
  });

  it("does not hide a dead-letter queue that is broken in another way", () => {
    const broken = { send: () => assert.fail("a bug") };
    const letters = new DeadLetters({ queues: broken, iam, identity, logs, clock });
    const failure = { requestId: "r1", errorCode: "200", errorMessage: "no luck" };
    assert.throws(() => letters.deadLetter(functionVersion({ deadLetterQueueArn: QUEUE }), "{}", failure), /a bug/);
    const missing = new DeadLetters({
      queues: {
        send() {
          throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
        },
      },
      iam,
      identity,
      logs,
      clock,
    });
    missing.deadLetter(functionVersion({ deadLetterQueueArn: QUEUE }), "{}", failure);
    assert.match(logs.messages[0]!, /The specified queue does not exist/);
  });

  function failures(): unknown {
    return store.prepare("SELECT max(failed_attempts) AS count FROM lambda_async_events").get()!.count;
  }
});
