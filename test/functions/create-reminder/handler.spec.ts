import assert from "node:assert/strict";
import type { CreateReminderResult } from "../../../functions/create-reminder/handler.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";
import { ExecutionState } from "../histories/execution-state.ts";
import { awsError } from "../scripted-client.ts";
import { environment, FakeScheduler } from "./fake-scheduler.ts";

const input = { key: "tea", at: "2999-01-31T09:00:00", timeZone: "Europe/Berlin", payload: { text: "Tea is ready" } };
/** Later than the reminder. */
const tooLate = () => Date.parse("2999-02-01T00:00:00Z");

describe("create-reminder", () => {
  useDurableRunner({ skipTime: true });

  it("creates a one-time schedule that starts reminder and deletes itself", async () => {
    const scheduler = new FakeScheduler();
    const execution = await execute<CreateReminderResult>(scheduler.handler(), input);
    assert.deepEqual(execution.getResult(), {
      scheduleArn: "arn:aws:scheduler:eu-central-1:111122223333:schedule/reminders/tea",
      key: "tea",
      at: "2999-01-31T09:00:00",
      timeZone: "Europe/Berlin",
      created: true,
    });
    const { ClientToken: token, Target: target, ...schedule } = scheduler.schedules.get("tea")!;
    assert.match(token, /^[0-9a-f]{64}$/);
    assert.deepEqual(schedule, {
      Name: "tea",
      GroupName: "reminders",
      ScheduleExpression: "at(2999-01-31T09:00:00)",
      ScheduleExpressionTimezone: "Europe/Berlin",
      FlexibleTimeWindow: { Mode: "OFF" },
      ActionAfterCompletion: "DELETE",
    });
    const { Input, ...rest } = target;
    assert.deepEqual(rest, {
      Arn: environment.REMINDER_ARN,
      RoleArn: environment.SCHEDULE_ROLE_ARN,
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      DeadLetterConfig: { Arn: environment.SCHEDULE_DEAD_LETTER_QUEUE_ARN },
    });
    assert.deepEqual(JSON.parse(Input), {
      key: "tea",
      payload: { text: "Tea is ready" },
      scheduledTime: "<aws.scheduler.scheduled-time>",
      scheduleArn: "<aws.scheduler.schedule-arn>",
      executionId: "<aws.scheduler.execution-id>",
    });
  });

  it("hands the payload on as it is, even where it looks like an attribute of the Scheduler", async () => {
    const scheduler = new FakeScheduler();
    const payload = { text: "<aws.scheduler.execution-id>" };
    await execute(scheduler.handler(), { ...input, payload });
    const text = scheduler.schedules.get("tea")!.Target.Input;
    const filledIn = text.replaceAll("<aws.scheduler.execution-id>", "filled-in");
    assert.deepEqual((JSON.parse(filledIn) as { payload: unknown }).payload, payload);
    assert.equal((JSON.parse(filledIn) as { executionId: unknown }).executionId, "filled-in");
  });

  it("answers with the schedule that there is when the key comes again, and creates none", async () => {
    const scheduler = new FakeScheduler();
    const first = (await execute<CreateReminderResult>(scheduler.handler(), input)).getResult();
    const again = (await execute<CreateReminderResult>(scheduler.handler(), { ...input, at: "2999-02-01T09:00:00" })).getResult();
    assert.deepEqual(again, { ...first, created: false });
    assert.equal(scheduler.created, 1);
  });

  it("has created the schedule when the response was lost and the step ran again, even after the reminder's time", async () => {
    const scheduler = new FakeScheduler();
    scheduler.afterCreate = () => {
      scheduler.now = tooLate;
      throw awsError("InternalServerException", 500);
    };
    const execution = await execute<CreateReminderResult>(scheduler.handler(), input);
    assert.equal(execution.getResult()?.created, true);
    assert.equal(scheduler.created, 1);
  });

  it("has created the schedule when the process was killed before the checkpoint, and runs again after the reminder's time", async () => {
    const scheduler = new FakeScheduler();
    const killed = new ExecutionState();
    await killed.invoke(scheduler.handler(), input);
    assert.deepEqual(killed.operations.map(({ Name }) => Name), ["read-clock", "create-schedule"]);
    scheduler.now = tooLate;
    const { Status, Result = "" } = await new ExecutionState(killed.operations.slice(0, 1)).invoke(scheduler.handler(), input);
    assert.equal(Status, "SUCCEEDED");
    assert.equal((JSON.parse(Result) as CreateReminderResult).created, true);
    assert.equal(scheduler.created, 1);
  });

  it("turns a UTC offset into UTC", async () => {
    const scheduler = new FakeScheduler();
    const execution = await execute<CreateReminderResult>(scheduler.handler(), { ...input, timeZone: "+05:30" });
    assert.equal(execution.getResult()?.at, "2999-01-31T03:30:00");
    assert.equal(scheduler.schedules.get("tea")!.ScheduleExpressionTimezone, "UTC");
  });

  it("takes UTC when no time zone is given", async () => {
    const execution = await execute<CreateReminderResult>(new FakeScheduler().handler(), { ...input, timeZone: undefined });
    assert.equal(execution.getResult()?.timeZone, "UTC");
  });

  it("does not retry what the Scheduler refuses", async () => {
    const scheduler = new FakeScheduler();
    let calls = 0;
    scheduler.before = () => {
      calls += 1;
      throw awsError("ValidationException", 400, "too many");
    };
    assert.equal(assertFailed(await execute(scheduler.handler(), input), "ValidationException"), "too many");
    assert.equal(calls, 1);
  });

  const bad: Record<string, [change: Record<string, unknown>, message: RegExp]> = {
    "a moment in the past": [{ at: "2020-01-01T00:00:00" }, /^at: .*past/],
    "a time zone that does not exist": [{ timeZone: "Mars/Olympus" }, /^timeZone: /],
    "a date that does not exist": [{ at: "2999-02-30T00:00:00" }, /^at: /],
    "a time that the clock skips": [{ at: "2027-03-28T02:30:00" }, /^at: .*skips/],
    "every wrong field at once": [{ at: "2030-02-30T09:00:00", timeZone: "Mars/Olympus", colour: "red" }, /^at: .*; timeZone: .*; colour: unknown field$/],
    "an unknown field": [{ colour: "red" }, /^colour: unknown field/],
    "a missing payload": [{ payload: undefined }, /^payload: /],
    "several wrong fields": [{ key: "a b", at: "tomorrow" }, /key: .*; at: /],
  };
  for (const [what, [change, message]] of Object.entries(bad)) {
    it(`refuses ${what} and creates no schedule`, async () => {
      const scheduler = new FakeScheduler();
      assert.match(assertFailed(await execute(scheduler.handler(), { ...input, ...change }), "InvalidInput"), message);
      assert.equal(scheduler.created, 0);
    });
  }
});
