import assert from "node:assert/strict";
import { openWorlds, schedule, type World } from "./harness.ts";

describe("Scheduler, when a timer's own work fails", () => {
  const open = openWorlds();
  const write = process.stderr.write.bind(process.stderr);
  let printed: string[];

  beforeEach(() => {
    printed = [];
    process.stderr.write = (text) => printed.push(String(text)) > 0;
  });
  afterEach(() => {
    process.stderr.write = write;
  });

  /** Lets each transaction of a timer fail until the test ends it. */
  function fail(world: World): () => void {
    const sound = world.store.write.bind(world.store);
    world.store.write = () => {
      throw new Error("a bug");
    };
    return () => (world.store.write = sound);
  }

  it("fires the schedule later, goes on with it, and prints the failure once", async () => {
    const world = open();
    world.scheduler.create(schedule("hourly", "rate(1 hour)", { startDate: "2026-01-01T01:00:00Z" }));
    const end = fail(world);
    await world.clock.moveTo("2026-01-01T01:00:25Z");
    assert.equal(world.starts.length, 0);
    assert.equal(printed.length, 1);
    assert.match(printed[0]!, /^The timer of arn:[^ ]+:schedule\/default\/hourly, which is repeated every 10 s, failed; the stack is still running: Error: a bug/);
    end();
    await world.clock.moveTo("2026-01-01T02:00:00Z");
    assert.deepEqual(world.firedAt, ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"]);
    fail(world);
    await world.clock.moveTo("2026-01-01T03:00:00Z");
    assert.equal(printed.length, 2, "a failure after a success is another one");
  });

  it("makes the retry of an invocation later", async () => {
    const world = open();
    world.failure = Object.assign(new Error("throttled"), { code: "TooManyRequestsException" }) as never;
    world.scheduler.create(schedule("once", "at(2026-01-01T01:00:00)"));
    await world.clock.moveTo("2026-01-01T01:00:00Z");
    world.failure = undefined;
    const end = fail(world);
    await world.clock.moveTo("2026-01-01T01:00:05Z");
    end();
    await world.clock.moveTo("2026-01-01T01:00:11Z");
    assert.deepEqual(world.firedAt, ["2026-01-01T01:00:00Z"]);
    assert.equal(printed.length, 1);
  });

  it("leaves a schedule alone that is deleted meanwhile", async () => {
    const world = open();
    world.scheduler.create(schedule("once", "at(2026-01-01T01:00:00)"));
    const end = fail(world);
    await world.clock.moveTo("2026-01-01T01:00:00Z");
    end();
    world.scheduler.delete("default", "once");
    await world.clock.moveTo("2026-01-01T02:00:00Z");
    assert.deepEqual(world.starts, []);
  });
});
