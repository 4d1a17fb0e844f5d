import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsError } from "../../../local/errors.ts";
import { identity } from "../iam/fixtures.ts";
import { QUEUE_ARN, ROLE_ARN, schedule, TARGET_ARN, World } from "./harness.ts";

const START = "2026-01-01T00:00:00Z";
const groupArn = (name: string) => `arn:aws:scheduler:${identity.region}:${identity.accountId}:schedule-group/${name}`;

describe("Scheduler", () => {
  const worlds: World[] = [];
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "scheduler-"));
  });
  afterEach(() => {
    for (const world of worlds.splice(0)) world.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  /** On a file when the test restarts it. */
  function open(fileName?: string): World {
    const world = new World(START, fileName === undefined ? undefined : join(folder, fileName));
    worlds.push(world);
    world.scheduler.start();
    return world;
  }

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

  describe("when the target cannot be started", () => {
    const failure = new AwsError("TooManyRequestsException", "Rate exceeded", 429);
    const reminder = schedule("reminder", "at(2026-01-01T01:00:00)", {
      actionAfterCompletion: "DELETE",
      target: { input: '{"time":"<aws.scheduler.scheduled-time>","id":"<aws.scheduler.execution-id>","attempt":<aws.scheduler.attempt-number>}' },
    });

    it("tries again with a growing delay, and the schedule stays until it has succeeded", async () => {
      const world = open();
      world.failure = failure;
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T01:00:00.999Z");
      assert.equal(world.scheduler.list().length, 1);
      await world.clock.moveTo("2026-01-01T01:00:01Z");
      world.failure = undefined;
      await world.clock.moveTo("2026-01-01T01:00:02.999Z");
      assert.equal(world.starts.length, 0);
      await world.clock.moveTo("2026-01-01T01:00:03Z");
      assert.equal((JSON.parse(world.starts[0]!.payload) as { attempt: number }).attempt, 3);
      assert.deepEqual(world.scheduler.list(), []);
      await world.clock.moveTo("2026-01-02T00:00:00Z");
      assert.equal(world.starts.length, 1);
      assert.deepEqual(world.deadLetters, []);
    });

    it("sends what was to be delivered to the dead-letter queue after the last attempt, and then deletes the schedule", async () => {
      const world = open();
      world.failure = failure;
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.deepEqual(world.starts, []);
      const [letter, ...more] = world.deadLetters;
      assert.deepEqual(more, []);
      const body = JSON.parse(letter!.body) as Record<string, unknown>;
      assert.deepEqual(body, { time: "2026-01-01T01:00:00Z", id: letter!.attributes["EXECUTION_ID"], attempt: 3 });
      assert.deepEqual(letter!.attributes, {
        ERROR_CODE: "TooManyRequestsException",
        ERROR_MESSAGE: "Rate exceeded",
        EXECUTION_ID: body["id"],
        EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
        IS_PAYLOAD_TRUNCATED: "false",
        RETRY_ATTEMPTS: "2",
        SCHEDULED_TIME: "2026-01-01T01:00:00Z",
        SCHEDULE_ARN: reminder.arn,
        TARGET_ARN,
      });
      assert.deepEqual(world.iam.asked.at(-1), { principal: `${ROLE_ARN}/reminder`, action: "sqs:SendMessage", resource: QUEUE_ARN });
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("gives up when the event has reached its maximum age", async () => {
      const world = open();
      world.failure = failure;
      const retryPolicy = { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 185 };
      world.scheduler.create({ ...reminder, target: { ...reminder.target, retryPolicy } });
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.equal(world.deadLetters[0]!.attributes["EXHAUSTED_RETRY_CONDITION"], "MaximumEventAgeInSeconds");
      assert.equal(world.deadLetters[0]!.attributes["RETRY_ATTEMPTS"], "5");
    });

    it("drops an event that the role may not even send to the dead-letter queue", async () => {
      const world = open();
      world.failure = failure;
      world.iam.denied = ["sqs:SendMessage"];
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.deepEqual(world.deadLetters, []);
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("goes on trying after a restart, by the schedule as it is then", async () => {
      const world = open("retry.sqlite");
      world.failure = failure;
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T01:00:00.500Z");
      world.restart();
      world.failure = undefined;
      world.scheduler.update({ ...reminder, target: { ...reminder.target, arn: `${TARGET_ARN}2` } });
      world.scheduler.start();
      await world.clock.moveTo("2026-01-01T01:00:01Z");
      assert.deepEqual(world.starts.map(({ functionArn }) => functionArn), [`${TARGET_ARN}2`]);
      assert.deepEqual(world.scheduler.list(), []);
    });

    it("stops trying when the schedule is deleted", async () => {
      const world = open();
      world.failure = failure;
      world.scheduler.create(reminder);
      await world.clock.moveTo("2026-01-01T01:00:00.500Z");
      world.scheduler.delete("default", "reminder");
      world.failure = undefined;
      await world.clock.moveTo("2026-01-01T02:00:00Z");
      assert.deepEqual(world.starts, []);
    });

    it("lets a recurring schedule go on meanwhile", async () => {
      const world = open();
      world.failure = failure;
      world.scheduler.create(schedule("report", "cron(0 * * * ? *)"));
      await world.clock.moveTo("2026-01-01T01:30:00Z");
      world.failure = undefined;
      await world.clock.moveTo("2026-01-01T02:30:00Z");
      assert.deepEqual(world.firedAt, ["2026-01-01T02:00:00Z"]);
      assert.equal(world.deadLetters[0]!.attributes["SCHEDULED_TIME"], "2026-01-01T01:00:00Z");
    });
  });

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
      await assert.rejects(world.clock.moveTo("2026-01-01T01:00:00Z"), /killed before the commit/);
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
