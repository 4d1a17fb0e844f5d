import assert from "node:assert/strict";
import { World } from "./world.ts";

describe("Skipping to an execution's next timer", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(() => world.close());

  it("ends the wait now, tells when it would have ended, and skips nothing else", async () => {
    world.durable("f", async (_input, context) => {
      await context.wait("first", { seconds: 3600 });
      await context.wait("second", { seconds: 60 });
    });
    const arn = await world.begin("f");
    await world.idle();
    const started = world.clock.now();
    const { due, operations } = world.engine.skipToNextTimer(arn);
    assert.equal(due, started + 3_600_000);
    assert.deepEqual(operations.map(({ name, type }) => [name, type]), [["first", "WAIT"]]);
    await world.idle();
    assert.equal(world.clock.now(), started);
    assert.equal(world.get(arn).Status, "RUNNING");
    await world.pass(60);
    assert.equal(world.get(arn).Status, "SUCCEEDED");
    assert.deepEqual(world.eventTypes(arn).filter((type) => type.startsWith("Wait")), ["WaitStarted", "WaitSucceeded", "WaitStarted", "WaitSucceeded"]);
  });

  it("brings a step's next attempt forward", async () => {
    let attempts = 0;
    world.durable("f", async (_input, context) =>
      context.step(
        "flaky",
        async () => {
          if (++attempts === 1) throw new Error("once");
          return attempts;
        },
        { retryStrategy: () => ({ shouldRetry: true, delay: { seconds: 600 } }) },
      ),
    );
    const arn = await world.begin("f");
    await world.idle();
    assert.equal(attempts, 1);
    world.engine.skipToNextTimer(arn);
    await world.idle();
    assert.equal(attempts, 2);
    assert.equal(world.get(arn).Status, "SUCCEEDED");
  });

  it("lets a callback time out", async () => {
    world.durable("f", async (_input, context) => {
      const [report] = await context.createCallback("answer", { timeout: { seconds: 900 } });
      await report;
    });
    const arn = await world.begin("f");
    await world.idle();
    world.engine.skipToNextTimer(arn);
    await world.idle();
    assert.equal(world.get(arn).Status, "FAILED");
    assert.ok(world.eventTypes(arn).includes("CallbackTimedOut"));
  });

  it("runs a failed invocation again at once", async () => {
    let calls = 0;
    world.raw("f", async () =>
      ++calls <= 4 ? { kind: "error", errorType: "Crash", errorMessage: "" } : { kind: "response", payload: '{"Status":"SUCCEEDED","Result":"1"}' },
    );
    const arn = await world.begin("f");
    await world.idle();
    while (world.get(arn).Status === "RUNNING") {
      const before = calls;
      world.engine.skipToNextTimer(arn);
      await world.idle();
      assert.ok(calls > before);
    }
    assert.equal(world.get(arn).Status, "SUCCEEDED");
  });

  it("is refused where nothing waits for time, and for an execution that has ended", async () => {
    world.durable("waits", async (_input, context) => {
      const [report] = await context.createCallback("answer");
      await report;
    });
    world.durable("ends", async () => 1);
    const [open, closed] = [await world.begin("waits"), await world.begin("ends")];
    await world.idle();
    for (const arn of [open, closed]) {
      assert.throws(() => world.engine.skipToNextTimer(arn), { name: "InvalidParameterValueException", message: "The execution waits for no timer." });
    }
    assert.equal(world.get(open).Status, "RUNNING");
  });
});

describe("A change of the clock's speed", () => {
  it("shortens the waits that begin after it, and leaves those under way their moment", async () => {
    const world = new World();
    world.durable("f", async (_input, context) => {
      await context.wait("under way", { seconds: 100 });
      await context.wait("after", { seconds: 100 });
    });
    const arn = await world.begin("f");
    await world.idle();
    Object.assign(world.clock, { speed: 10 });
    await world.pass(99);
    assert.ok(!world.eventTypes(arn).includes("WaitSucceeded"));
    await world.pass(1);
    assert.equal(world.get(arn).Status, "RUNNING");
    await world.pass(10);
    assert.equal(world.get(arn).Status, "SUCCEEDED");
    world.close();
  });
});
