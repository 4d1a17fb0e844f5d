import assert from "node:assert/strict";
import { openWorlds, schedule, START } from "./harness.ts";

describe("Scheduler", () => {
  const open = openWorlds();

  describe("over a restart", () => {
    it("fires a moment neither twice nor never, however often it is killed", async () => {
      const world = open("moments.sqlite");
      world.scheduler.create(schedule("minute", "cron(* * * * ? *)"));
      for (let second = 7; second < 600; second += 29) {
        await world.clock.moveTo(Date.parse(START) + second * 1000);
        world.restart();
        world.scheduler.start();
      }
      await world.clock.moveTo("2026-01-01T00:10:00Z");
      assert.deepEqual(world.firedAt, Array.from({ length: 10 }, (_, index) => new Date(Date.parse(START) + (index + 1) * 60_000).toISOString().replace(".000", "")));
    });

    it("makes the firing and the start one: when the turn is undone, both are", async () => {
      const world = open();
      world.scheduler.create(schedule("once", "at(2026-01-01T01:00:00)", { actionAfterCompletion: "DELETE" }));
      await world.store.committed();
      const during: { starts: number; schedules: number }[] = [];
      const write = world.store.write.bind(world.store);
      let isOutermost = true;
      world.store.write = (mutate) => {
        if (!isOutermost) return write(mutate);
        isOutermost = false;
        return write((store) => {
          mutate(store);
          during.push({ starts: world.starts.length, schedules: world.scheduler.list().length });
          throw new Error("killed before the commit");
        });
      };
      await world.clock.moveTo("2026-01-01T01:00:00Z");
      assert.deepEqual(during, [{ starts: 1, schedules: 0 }]);
      assert.deepEqual(world.starts, []);
      assert.equal(world.scheduler.list().length, 1);
    });

    it("fires a one-time schedule that fell due while the stack was down, however long that was", async () => {
      const world = open("down-once.sqlite");
      world.scheduler.create(schedule("once", "at(2026-01-02T00:00:00)", { actionAfterCompletion: "DELETE" }));
      world.restart();
      world.clock.sleepUntil("2026-03-01T00:00:00Z");
      world.scheduler.start();
      await world.clock.moveTo("2026-03-01T00:00:01Z");
      assert.deepEqual(world.firedAt, ["2026-01-02T00:00:00Z"]);
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("makes up for the moments of a recurring schedule that are not older than an event may be", async () => {
      const world = open("down-cron.sqlite");
      world.scheduler.create(schedule("report", "cron(0/20 * * * ? *)"));
      world.restart();
      world.clock.sleepUntil("2026-01-01T10:10:00Z");
      world.scheduler.start();
      await world.clock.moveTo("2026-01-01T10:20:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T09:20:00Z", "2026-01-01T09:40:00Z", "2026-01-01T10:00:00Z", "2026-01-01T10:20:00Z"]);
    });

    it("does the same when the machine slept", async () => {
      const world = open();
      world.scheduler.create(schedule("report", "cron(0/20 * * * ? *)", { target: { retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 } } }));
      await world.clock.moveTo("2026-01-01T00:01:00Z");
      world.clock.sleepUntil("2026-01-01T10:10:00Z");
      await world.clock.moveTo("2026-01-01T10:20:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T10:20:00Z"]);
    });
  });
});
