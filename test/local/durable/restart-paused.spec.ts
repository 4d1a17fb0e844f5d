import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { Restarts } from "./restarts.ts";
import type { Handler } from "./world.ts";

const token = { clientToken: "token", timeoutPaused: true };
const wait = (seconds: number): Handler => async (_input, context) => (await context.wait("w", { seconds }), "end");

describe("After a kill, an execution", () => {
  let restarts: Restarts;

  beforeEach(() => {
    restarts = new Restarts();
  });

  afterEach(() => restarts.close());

  it("that was pausing is paused, and its invocation is made up for by the resume", async () => {
    const before = restarts.open({ f: async (_input, context) => context.step("stuck", async () => new Promise<never>(() => undefined)) });
    const arn = await before.begin("f");
    while (!before.eventTypes(arn).includes("StepStarted")) await turn();
    before.engine.pauseExecution(arn, token);
    await before.store.committed();
    assert.equal(before.get(arn).Status, "PAUSING");
    const after = await restarts.killAndRestart({ f: async (_input, context) => context.step("stuck", async () => "loose") });
    assert.equal(after.get(arn).Status, "PAUSED");
    assert.equal(after.invocations.length, 0);
    after.engine.resumeExecution(arn, {});
    await after.idle();
    assert.deepEqual([after.get(arn).Status, after.get(arn).Result], ["SUCCEEDED", '"loose"']);
    assert.deepEqual(after.eventTypes(arn), [
      "ExecutionStarted", "StepStarted", "ExecutionPaused", "ExecutionResumed", "StepSucceeded", "InvocationCompleted", "ExecutionSucceeded",
    ]);
  });

  it("that was paused stays so: its waits end, and the resume invokes it", async () => {
    const before = restarts.open({ f: wait(30) });
    const arn = await before.begin("f");
    await before.idle();
    before.engine.pauseExecution(arn, token);
    await before.store.committed();
    const after = await restarts.killAndRestart({ f: wait(30) }, 60);
    assert.equal(after.get(arn).Status, "PAUSED");
    assert.equal(after.invocations.length, 0);
    assert.equal(after.eventTypes(arn).at(-1), "WaitSucceeded");
    after.engine.resumeExecution(arn, {});
    await after.idle();
    assert.equal(after.get(arn).Result, '"end"');
  });

  it("that was paused times out by its extended time-out", async () => {
    const before = restarts.open({ f: wait(5_000) });
    const arn = await before.begin("f");
    await before.pass(100);
    before.engine.pauseExecution(arn, token);
    await before.store.committed();
    const after = await restarts.killAndRestart({ f: wait(5_000) }, 1_000);
    after.engine.resumeExecution(arn, {});
    await after.store.committed();
    const resumed = await restarts.killAndRestart({ f: wait(5_000) });
    resumed.clock.advance(499_000);
    assert.equal(resumed.get(arn).Status, "RUNNING");
    resumed.clock.advance(1_000);
    assert.equal(resumed.get(arn).Status, "TIMED_OUT");
  });

  it("that was resumed is invoked", async () => {
    const before = restarts.open({ f: async () => "never" });
    const { executionArn: arn } = before.engine.start({ version: before.durable("f", async () => "never"), input: "{}", invocationType: "Event" });
    before.engine.pauseExecution(arn, token);
    before.engine.resumeExecution(arn, {});
    await before.store.committed();
    const after = await restarts.killAndRestart({ f: async () => "done" });
    assert.equal(after.get(arn).Result, '"done"');
  });

  it("knows the client tokens of before", async () => {
    const before = restarts.open({ f: wait(300) });
    const arn = await before.begin("f");
    await before.idle();
    before.engine.pauseExecution(arn, token);
    await before.store.committed();
    const after = await restarts.killAndRestart({ f: wait(300) }, 60);
    after.engine.pauseExecution(arn, token);
    assert.throws(() => after.engine.pauseExecution(arn, { timeoutPaused: true }), { name: "ResourceConflictException" });
  });

  it("that was paused gives its callbacks their whole heartbeat time-out again, as after the machine slept", async () => {
    const functions = {
      f: (async (_input, context) => context.waitForCallback("job", async () => undefined, { heartbeatTimeout: { seconds: 60 } })) satisfies Handler,
    };
    const before = restarts.open(functions);
    const arn = await before.begin("f");
    await before.idle();
    before.engine.pauseExecution(arn, token);
    await before.store.committed();
    const after = await restarts.killAndRestart(functions, 300);
    await after.pass(59);
    after.clock.sleep(300_000);
    await after.pass(59);
    assert.deepEqual([after.get(arn).Status, after.eventTypes(arn).at(-1)], ["PAUSED", "ExecutionPaused"]);
    await after.pass(1);
    assert.deepEqual([after.get(arn).Status, after.eventTypes(arn).at(-1)], ["PAUSED", "CallbackTimedOut"], "silence from then on counts");
  });

  it("that was pausing or paused fails when its record is damaged, and one to be deleted is deleted", async () => {
    const functions = { f: wait(30), stuck: (async () => new Promise(() => undefined)) satisfies Handler, short: async () => "done" };
    const before = restarts.open(functions);
    const short = await before.begin("short");
    const paused = await before.begin("f");
    await before.idle();
    const pausing = await before.begin("stuck");
    while (before.invocations.length < 3) await turn();
    before.engine.deleteExecution(short);
    for (const arn of [paused, pausing]) before.engine.pauseExecution(arn, token);
    before.store.run("UPDATE durable_events SET events = '[{\"type\":'");
    await before.store.committed();
    assert.deepEqual([short, paused, pausing].map((arn) => before.engine.queries.find(arn).status), ["DELETING", "PAUSED", "PAUSING"]);
    const after = await restarts.killAndRestart(functions);
    assert.equal(after.get(pausing).Status, "FAILED");
    await after.pass(31);
    assert.equal(after.get(paused).Status, "FAILED");
    assert.match(JSON.stringify(after.get(paused)), /"ErrorType":"LocalStack.DamagedRecord"/);
    assert.throws(() => after.get(short), { name: "ResourceNotFoundException" });
    assert.deepEqual(after.published.map(({ detail }) => detail.status), ["FAILED", "FAILED"]);
  });

  it("that was to be deleted is deleted", async () => {
    const before = restarts.open({ f: async () => "done" });
    const arn = await before.begin("f");
    await before.idle();
    before.engine.deleteExecution(arn);
    await before.store.committed();
    assert.equal(before.get(arn).Status, "DELETING");
    const after = await restarts.killAndRestart({ f: async () => "done" });
    await after.pass(2);
    assert.throws(() => after.get(arn), { name: "ResourceNotFoundException" });
    assert.equal(after.store.prepare("SELECT count(*) AS n FROM durable_executions").get()?.n, 0);
  });
});
