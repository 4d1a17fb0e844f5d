import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { Restarts } from "./restarts.ts";
import type { Handler } from "./world.ts";

describe("After a kill, a new engine on the same store", () => {
  let restarts: Restarts;

  beforeEach(() => {
    restarts = new Restarts();
  });

  afterEach(() => restarts.close());

  it("goes on from the last checkpoint, and runs no checkpointed step again", async () => {
    const ran: string[] = [];
    const stuck = Promise.withResolvers<never>();
    const workflow = (third: () => Promise<string>): Handler => async (_input, context) => {
      for (const name of ["one", "two"]) await context.step(name, async () => ran.push(name));
      return context.step("three", async () => {
        ran.push("three");
        return third();
      });
    };
    const before = restarts.open({ f: workflow(async () => stuck.promise) });
    const arn = await before.begin("f");
    while (!ran.includes("three")) await turn();
    const after = await restarts.killAndRestart({ f: workflow(async () => "done") });
    assert.equal(after.get(arn).Result, '"done"');
    assert.deepEqual(ran, ["one", "two", "three", "three"]);
  });

  it("does not count the invocation that was cut off as a failure", async () => {
    const before = restarts.open({ f: async () => new Promise(() => undefined) });
    const arn = await before.begin("f");
    const after = await restarts.killAndRestart({ f: async () => "done" });
    assert.deepEqual(after.eventTypes(arn), ["ExecutionStarted", "InvocationCompleted", "ExecutionSucceeded"]);
    assert.equal(after.history(arn).filter((event) => JSON.stringify(event).includes("Error")).length, 0);
  });

  it("fires at once what fell due meanwhile, and the rest at its own time", async () => {
    const wait = (seconds: number): Handler => async (_input, context) => context.wait("w", { seconds });
    const functions = { short: wait(30), long: wait(300) };
    const before = restarts.open(functions);
    const short = await before.begin("short");
    const long = await before.begin("long");
    await before.idle();
    const after = await restarts.killAndRestart(functions, 100);
    assert.equal(after.get(short).Status, "SUCCEEDED");
    assert.equal(after.get(long).Status, "RUNNING");
    await after.pass(199);
    assert.equal(after.get(long).Status, "RUNNING");
    await after.pass(1);
    assert.equal(after.get(long).Status, "SUCCEEDED");
  });

  it("times out what should have ended while it was down", async () => {
    const functions = { f: (async (_input, context) => context.createCallback("never").then(async ([answer]) => answer)) satisfies Handler };
    const before = restarts.open(functions);
    const arn = await before.begin("f");
    await before.idle();
    const after = await restarts.killAndRestart(functions, 601);
    assert.equal(after.get(arn).Status, "TIMED_OUT");
    assert.deepEqual(after.published.map(({ detail }) => detail.status), ["TIMED_OUT"]);
  });

  it("still knows callbacks by the ids that were given out, and their heartbeats", async () => {
    let callbackId = "";
    const functions = {
      f: (async (_input, context) =>
        context.waitForCallback("approval", async (id) => void (callbackId = id), { heartbeatTimeout: { seconds: 60 } })) satisfies Handler,
    };
    const before = restarts.open(functions);
    const arn = await before.begin("f");
    await before.idle();
    before.clock.advance(50_000);
    before.engine.reportCallback(callbackId, { kind: "heartbeat" });
    await before.store.committed();
    const after = await restarts.killAndRestart(functions, 40);
    assert.equal(after.get(arn).Status, "RUNNING", "the heartbeat has put off the time-out");
    assert.equal(after.engine.callbackExecution(callbackId), arn);
    after.engine.reportCallback(callbackId, { kind: "succeed", result: "yes" });
    await after.idle();
    assert.equal(after.get(arn).Result, '"yes"');
  });

  it("goes on after the machine slept with heartbeats' whole time, whether or not an invocation is under way", async () => {
    const ids: string[] = [];
    const functions = {
      waits: (async (_input, context) =>
        context.waitForCallback("job", async (id) => void ids.push(id), { heartbeatTimeout: { seconds: 60 } })) satisfies Handler,
      works: (async (_input, context) => {
        const [answer, id] = await context.createCallback("job", { heartbeatTimeout: { seconds: 60 } });
        ids.push(id);
        await new Promise(() => undefined);
        return answer;
      }) satisfies Handler,
    };
    const world = restarts.open(functions);
    const arns = [await world.begin("waits"), await world.begin("works")];
    // One handler never ends, so it cannot be waited for.
    const pass = async (seconds: number) => {
      world.clock.advance(seconds * 1000);
      for (let turns = 0; turns < 50; turns++) await turn();
    };
    while (ids.length < 2) await pass(0);
    await pass(1);
    world.clock.sleep(400_000);
    await pass(50);
    for (const id of ids) world.engine.reportCallback(id, { kind: "heartbeat" });
    assert.deepEqual(arns.map((arn) => world.get(arn).Status), ["RUNNING", "RUNNING"]);
    await pass(61);
    const waited = world.history(arns[0]!).some(({ EventType }) => EventType === "CallbackTimedOut");
    assert.ok(waited, "silence from then on counts");
  });

  it("counts no silence of the time in which nobody could send a heartbeat", async () => {
    let callbackId = "";
    const functions = {
      f: (async (_input, context) =>
        context.waitForCallback("job", async (id) => void (callbackId = id), { heartbeatTimeout: { seconds: 60 } })) satisfies Handler,
    };
    const before = restarts.open(functions);
    const arn = await before.begin("f");
    await before.idle();
    const after = await restarts.killAndRestart(functions, 300);
    await after.pass(59);
    assert.equal(after.get(arn).Status, "RUNNING");
    after.engine.reportCallback(callbackId, { kind: "heartbeat" });
    await after.pass(59);
    assert.equal(after.get(arn).Status, "RUNNING");
    await after.pass(1);
    assert.equal(after.get(arn).Status, "FAILED", "silence from the last heartbeat on counts");
  });

  it("fails the execution whose record is damaged, by name, and goes on with the others", async () => {
    const functions = {
      f: (async (_input, context) => {
        await context.wait("pause", { seconds: 30 });
        return "done";
      }) satisfies Handler,
      stuck: (async () => new Promise(() => undefined)) satisfies Handler,
    };
    const before = restarts.open(functions);
    const [damaged, whole] = [await before.begin("f"), await before.begin("f")];
    await before.idle();
    const active = await before.begin("stuck");
    for (let turns = 0; turns < 50; turns++) await turn();
    for (const arn of [damaged, active]) {
      before.store.run("UPDATE durable_events SET events = '[{\"type\":' WHERE execution = ?", before.engine.queries.find(arn).id);
    }
    await before.store.committed();
    const after = await restarts.killAndRestart(functions);
    await after.pass(31);
    assert.deepEqual([damaged, whole, active].map((arn) => after.get(arn).Status), ["FAILED", "SUCCEEDED", "FAILED"]);
    assert.match(JSON.stringify(after.get(damaged)), /"ErrorType":"LocalStack.DamagedRecord","ErrorMessage":"The record of execution [^ ]+ is damaged in the store/);
    assert.deepEqual(after.eventTypes(active), ["ExecutionStarted", "ExecutionFailed"]);
  });

  it("refuses tokens of before", async () => {
    const before = restarts.open({ f: async () => new Promise(() => undefined) });
    await before.begin("f");
    await turn();
    const { DurableExecutionArn, CheckpointToken } = JSON.parse(before.invocations[0]!.event) as { DurableExecutionArn: string; CheckpointToken: string };
    const after = await restarts.killAndRestart({ f: async (_input, context) => context.wait("w", { seconds: 1 }) });
    assert.throws(() => after.engine.checkpoint({ DurableExecutionArn, CheckpointToken }), { message: "Invalid checkpoint token" });
  });

  it("brings a chained invoke to its end", async () => {
    const functions = {
      caller: (async (_input, context) => context.invoke("call", "child:1", {})) satisfies Handler,
      child: (async (_input, context) => {
        await context.wait("w", { seconds: 10 });
        return "from the child";
      }) satisfies Handler,
    };
    const before = restarts.open(functions);
    const arn = await before.begin("caller");
    await before.idle();
    const after = await restarts.killAndRestart(functions, 10);
    assert.equal(after.get(arn).Result, '"from the child"');
  });

  it("keeps waiting for a failed invocation's delay", async () => {
    const before = restarts.open({ f: async () => 1 });
    before.raw("f", async () => ({ kind: "error", errorType: "Error", errorMessage: "broken" }));
    const arn = await before.begin("f");
    await before.pass(1);
    const after = await restarts.killAndRestart({ f: async () => "repaired" });
    assert.equal(after.get(arn).Status, "RUNNING");
    await after.pass(2);
    assert.equal(after.get(arn).Result, '"repaired"');
  });
});
