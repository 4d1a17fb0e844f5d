import assert from "node:assert/strict";
import { identity } from "../iam/fixtures.ts";
import { groupArn, openWorlds, ROLE_ARN, schedule, TARGET_ARN } from "./harness.ts";

describe("Scheduler", () => {
  const open = openWorlds();

  describe("firing", () => {
    it("starts the target at each moment, once", async () => {
      const world = open();
      world.scheduler.create(schedule("report", "cron(0 9 * * ? *)"));
      await world.clock.moveTo("2026-01-01T08:59:59Z");
      assert.equal(world.starts.length, 0);
      await world.clock.moveTo("2026-01-03T12:00:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z", "2026-01-03T09:00:00Z"]);
      assert.equal(world.starts[0]!.functionArn, TARGET_ARN);
    });

    it("starts a rate at once and then at its period", async () => {
      const world = open();
      world.scheduler.create(schedule("poll", "rate(10 minutes)"));
      await world.clock.moveTo("2026-01-01T00:25:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z", "2026-01-01T00:20:00Z"]);
    });

    it("fires one-time schedules in their time zone; they delete themselves only if asked to", async () => {
      const world = open();
      world.scheduler.create(schedule("kept", "at(2026-01-01T02:00:00)", { scheduleExpressionTimezone: "Europe/Berlin" }));
      world.scheduler.create(schedule("gone", "at(2026-01-01T02:00:00)", { actionAfterCompletion: "DELETE" }));
      await world.clock.moveTo("2026-01-01T01:30:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T01:00:00Z"]);
      await world.clock.moveTo("2026-01-01T03:00:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"]);
      assert.deepEqual(world.scheduler.list().map(({ definition }) => definition.name), ["kept"]);
    });

    it("deletes a recurring schedule after its last moment before the end date", async () => {
      const world = open();
      const dates = { startDate: "2026-01-01T01:00:00Z", endDate: "2026-01-01T01:25:00Z" };
      world.scheduler.create(schedule("few", "rate(10 minutes)", { ...dates, actionAfterCompletion: "DELETE" }));
      await world.clock.moveTo("2026-01-01T01:15:00Z");
      assert.equal(world.scheduler.list().length, 1);
      await world.clock.moveTo("2026-01-01T05:00:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T01:00:00Z", "2026-01-01T01:10:00Z", "2026-01-01T01:20:00Z"]);
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("does not fire what is disabled, and goes on from now when it is enabled", async () => {
      const world = open();
      const report = schedule("report", "cron(0 * * * ? *)");
      world.scheduler.create({ ...report, state: "DISABLED" });
      await world.clock.moveTo("2026-01-01T02:30:00Z");
      assert.deepEqual(world.starts, []);
      world.scheduler.update(report);
      await world.clock.moveTo("2026-01-01T03:30:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T03:00:00Z"]);
    });

    it("fires inside the flexible window, at a time that is decided once", async () => {
      const world = open("flexible.sqlite");
      world.scheduler.create(schedule("spread", "cron(0 9 * * ? *)", { flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 60 } }));
      const decided = world.scheduler.list()[0]!.next!;
      assert.equal(decided.moment, Date.parse("2026-01-01T09:00:00Z"));
      assert.ok(decided.fireAt >= decided.moment && decided.fireAt < decided.moment + 3_600_000);
      world.restart();
      world.scheduler.start();
      assert.deepEqual(world.scheduler.list()[0]!.next, decided);
      await world.clock.moveTo(decided.fireAt - 1);
      assert.deepEqual(world.starts, []);
      await world.clock.moveTo(decided.fireAt);
      assert.deepEqual(world.firedAt, ["2026-01-01T09:00:00Z"]);
    });

    it("fires a one-time schedule that was created too late at once", async () => {
      const world = open();
      world.scheduler.create(schedule("late", "at(2025-12-31T23:59:59)", { actionAfterCompletion: "DELETE" }));
      await world.clock.moveTo("2026-01-01T00:00:01Z");
      assert.deepEqual(world.firedAt, ["2025-12-31T23:59:59Z"]);
    });
  });

  describe("what the target gets", () => {
    it("is the input with the context attributes filled in", async () => {
      const world = open();
      const input =
        '{"arn":"<aws.scheduler.schedule-arn>","at":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","attempt":<aws.scheduler.attempt-number>}';
      const reminder = schedule("reminder", "at(2026-01-01T01:00:00)", { target: { input } });
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T01:00:00Z");
      const payload = JSON.parse(world.starts[0]!.payload) as Record<string, unknown>;
      assert.match(String(payload["id"]), /^[0-9a-f]{16}$/);
      assert.deepEqual({ ...payload, id: "" }, { arn: reminder.arn, at: "2026-01-01T01:00:00Z", id: "", attempt: 1 });
    });

    it("is Scheduler's own event when there is no input", async () => {
      const world = open();
      const plain = schedule("plain", "at(2026-01-01T01:00:00)", { target: { input: undefined } });
      world.scheduler.create(plain);
      await world.clock.moveTo("2026-01-01T01:00:00Z");
      const event = JSON.parse(world.starts[0]!.payload) as Record<string, unknown>;
      assert.equal(event["source"], "aws.scheduler");
      assert.equal(event["detail-type"], "Scheduled Event");
      assert.equal(event["time"], "2026-01-01T01:00:00Z");
      assert.deepEqual(event["resources"], [plain.arn]);
    });
  });

  describe("acting as the schedule's role", () => {
    it("assumes it in the name of the schedule's group and asks for the target", async () => {
      const world = open();
      world.scheduler.create(schedule("report", "at(2026-01-01T01:00:00)"));
      world.iam.assumed.length = 0;
      await world.clock.moveTo("2026-01-01T01:00:00Z");
      assert.deepEqual(world.iam.assumed, [
        { service: "scheduler.amazonaws.com", sourceArn: groupArn("default"), sourceAccount: identity.accountId },
      ]);
      assert.deepEqual(world.iam.asked, [{ principal: `${ROLE_ARN}/report`, action: "lambda:InvokeFunction", resource: TARGET_ARN }]);
    });

    it("refuses a schedule whose role does not trust it", () => {
      const world = open();
      world.iam.denied = ["sts:AssumeRole"];
      assert.throws(() => world.scheduler.create(schedule("report", "rate(1 hour)")), {
        code: "ValidationException",
        message: "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
      });
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("starts nothing that the role may not invoke", async () => {
      const world = open();
      world.iam.denied = ["lambda:InvokeFunction"];
      world.scheduler.create(schedule("report", "at(2026-01-01T01:00:00)"));
      await world.clock.moveTo("2026-01-02T00:00:00Z");
      assert.deepEqual(world.starts, []);
      assert.equal(world.deadLetters[0]!.attributes["ERROR_CODE"], "AccessDeniedException");
    });
  });
});
