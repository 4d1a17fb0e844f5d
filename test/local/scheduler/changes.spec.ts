import assert from "node:assert/strict";
import { groupArn, openWorlds, schedule, TARGET_ARN } from "./harness.ts";

describe("Scheduler", () => {
  const open = openWorlds();

  describe("taking up the program", () => {
    const group = { arn: groupArn("reports"), name: "reports" };
    const report = schedule("report", "cron(0 9 * * ? *)", { groupName: "reports" });

    it("starts a changed target at the moment that was to come", async () => {
      const world = open();
      world.scheduler.apply({ scheduleGroups: [group], schedules: [report] });
      await world.clock.moveTo("2026-01-01T08:00:00Z");
      world.scheduler.apply({ scheduleGroups: [group], schedules: [{ ...report, target: { ...report.target, arn: `${TARGET_ARN}2` } }] });
      await world.clock.moveTo("2026-01-01T12:00:00Z");
      assert.deepEqual(world.starts.map(({ functionArn }) => functionArn), [`${TARGET_ARN}2`]);
    });

    it("fires what was missed while down by the program as it is now", async () => {
      const world = open("apply.sqlite");
      world.scheduler.apply({ scheduleGroups: [group], schedules: [report] });
      world.restart();
      world.clock.sleepUntil("2026-01-01T09:30:00Z");
      world.scheduler.apply({ scheduleGroups: [group], schedules: [{ ...report, target: { ...report.target, arn: `${TARGET_ARN}2` } }] });
      world.scheduler.start();
      await world.clock.moveTo("2026-01-01T09:31:00Z");
      assert.deepEqual(world.starts.map(({ functionArn }) => functionArn), [`${TARGET_ARN}2`]);
    });

    it("goes by new times from now on", async () => {
      const world = open();
      world.scheduler.apply({ scheduleGroups: [group], schedules: [report] });
      await world.clock.moveTo("2026-01-01T08:00:00Z");
      world.scheduler.apply({ scheduleGroups: [group], schedules: [{ ...report, scheduleExpression: "cron(0 7 * * ? *)" }] });
      await world.clock.moveTo("2026-01-02T08:00:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-02T07:00:00Z"]);
    });

    it("drops what is no longer declared, and leaves alone what was created meanwhile", () => {
      const world = open();
      const other = { arn: groupArn("other"), name: "other" };
      world.scheduler.apply({ scheduleGroups: [group, other], schedules: [report, schedule("old", "rate(1 day)", { groupName: "other" })] });
      world.scheduler.create(schedule("created", "rate(1 day)", { groupName: "reports" }));
      world.scheduler.apply({ scheduleGroups: [group], schedules: [] });
      assert.deepEqual(world.scheduler.list().map(({ definition }) => definition.name), ["created"]);
      assert.deepEqual(world.scheduler.groups().map(({ name }) => name), ["default", "reports"]);
    });

    it("does not bring back a one-time schedule that has fired and deleted itself", async () => {
      const world = open("tombstone.sqlite");
      const once = schedule("once", "at(2026-01-01T01:00:00)", { actionAfterCompletion: "DELETE" });
      world.scheduler.apply({ scheduleGroups: [], schedules: [once] });
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      world.restart();
      world.scheduler.apply({ scheduleGroups: [], schedules: [once] });
      world.scheduler.start();
      world.scheduler.apply({ scheduleGroups: [], schedules: [{ ...once, target: { ...once.target, arn: `${TARGET_ARN}2` } }] });
      await world.clock.moveTo("2026-01-01T03:00:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T01:00:00Z"]);
      world.scheduler.apply({ scheduleGroups: [], schedules: [{ ...once, scheduleExpression: "at(2026-01-01T04:00:00)" }] });
      await world.clock.moveTo("2026-01-01T05:00:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T01:00:00Z", "2026-01-01T04:00:00Z"]);
    });

    it("names a declared schedule that Scheduler would not take, and takes up nothing", () => {
      const world = open();
      const wrong = schedule("wrong", "cron(0 9 * * * *)");
      assert.throws(() => world.scheduler.apply({ scheduleGroups: [group], schedules: [report, wrong] }), {
        name: "UserError",
        message: "Schedule wrong: Invalid Schedule Expression cron(0 9 * * * *).",
      });
      assert.deepEqual(world.scheduler.list(), []);
    });
  });

  describe("changing schedules", () => {
    it("takes the same request again for the same, even after the schedule has fired and is gone", async () => {
      const world = open();
      const once = schedule("once", "at(2026-01-01T01:00:00)", { actionAfterCompletion: "DELETE" });
      assert.equal(world.scheduler.create(once, "token"), once.arn);
      assert.equal(world.scheduler.create(once, "token"), once.arn);
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.equal(world.scheduler.create(once, "token"), once.arn);
      await world.clock.moveTo("2026-01-01T03:00:00Z");
      assert.equal(world.starts.length, 1);
      assert.throws(() => world.scheduler.create({ ...once, name: "other" }, "token"), { code: "ConflictException" });
    });

    it("does not fire a one-time schedule again when it is updated after it has fired", async () => {
      const world = open();
      const once = schedule("once", "at(2026-01-01T01:00:00)");
      world.scheduler.create(once);
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      world.scheduler.update({ ...once, state: "DISABLED" });
      world.scheduler.update({ ...once, description: "changed" });
      await world.clock.moveTo("2026-01-01T03:00:00Z");
      assert.equal(world.starts.length, 1);
      world.scheduler.update({ ...once, scheduleExpression: "at(2026-01-01T04:00:00)" });
      await world.clock.moveTo("2026-01-01T05:00:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T01:00:00Z", "2026-01-01T04:00:00Z"]);
    });

    it("does not fire what was deleted", async () => {
      const world = open();
      world.scheduler.createGroup("group");
      world.scheduler.create(schedule("one", "at(2026-01-01T01:00:00)"));
      world.scheduler.create(schedule("two", "at(2026-01-01T01:00:00)", { groupName: "group" }));
      world.scheduler.delete("default", "one");
      world.scheduler.deleteGroup("group");
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.deepEqual(world.starts, []);
    });
  });
});
