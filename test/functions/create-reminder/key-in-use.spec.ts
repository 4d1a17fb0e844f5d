import assert from "node:assert/strict";
import { deletionPause, MAX_ATTEMPTS } from "../../../functions/create-reminder/deletion-pause.ts";
import type { CreateReminderResult } from "../../../functions/create-reminder/handler.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";
import { FakeScheduler, scheduleArn } from "./fake-scheduler.ts";

const input = { key: "tea", at: "2999-01-31T09:00:00", payload: 1 };
const PAST = "2020-01-31T09:00:00";

const pausesOf = (execution: Awaited<ReturnType<typeof execute>>) =>
  execution.getOperations().flatMap((operation) => (operation.getName() === "await-deletion" ? [operation.getWaitDetails()?.waitSeconds ?? 0] : []));

describe("create-reminder with a key that has a schedule", () => {
  useDurableRunner({ skipTime: true });

  it("waits with growing pauses until a schedule that has fired is deleted, and creates the new one", async () => {
    const scheduler = new FakeScheduler();
    scheduler.put("tea", PAST);
    scheduler.before = () => {
      if (scheduler.calls.length === 7) scheduler.schedules.delete("tea");
    };
    const execution = await execute<CreateReminderResult>(scheduler.handler(), input);
    assert.deepEqual(execution.getResult(), { scheduleArn: scheduleArn("tea"), key: "tea", at: input.at, timeZone: "UTC", created: true });
    assert.deepEqual(pausesOf(execution), [2, 4, 8]);
    assert.equal(scheduler.schedules.get("tea")?.ScheduleExpression, `at(${input.at})`);
  });

  it("fails within its execution time-out if the schedule isn't deleted, says what to do, and leaves the schedule alone", async () => {
    const scheduler = new FakeScheduler();
    scheduler.put("tea", PAST);
    const execution = await execute(scheduler.handler(), input);
    assert.match(assertFailed(execution, "KeyInUse"), /^key: .*tea.* Use another key, or invoke create-reminder again later\.$/);
    const seconds = pausesOf(execution).reduce((sum, pause) => sum + pause);
    assert.ok(seconds > 300 && seconds < 600, `${seconds} s`);
    assert.deepEqual(new Set(scheduler.calls), new Set(["CreateSchedule", "GetSchedule"]));
    assert.equal(scheduler.schedules.get("tea")?.ScheduleExpression, `at(${PAST})`);
  });

  it("stops waiting before the new reminder's own time", async () => {
    const scheduler = new FakeScheduler();
    scheduler.put("tea", PAST);
    scheduler.now = () => Date.parse(`${input.at}Z`) - 2000;
    const execution = await execute(scheduler.handler(), input);
    assertFailed(execution, "KeyInUse");
    assert.deepEqual(new Set(pausesOf(execution)), new Set([1]));
  });

  it("returns the existing schedule for the same key and the same time, even if that time has passed meanwhile", async () => {
    const scheduler = new FakeScheduler();
    scheduler.put("tea", input.at);
    scheduler.before = (operation) => {
      if (operation === "CreateSchedule") scheduler.now = () => Date.parse("2999-02-01T00:00:00Z");
    };
    const execution = await execute<CreateReminderResult>(scheduler.handler(), input);
    assert.deepEqual(execution.getResult(), { scheduleArn: scheduleArn("tea"), key: "tea", at: input.at, timeZone: "UTC", created: false });
    assert.equal(scheduler.calls.length, 2);
  });

  it("creates the schedule if the existing one is deleted between the conflict and the read", async () => {
    const scheduler = new FakeScheduler();
    scheduler.put("tea", "2999-01-01T00:00:00");
    scheduler.before = (operation) => {
      if (operation === "GetSchedule") scheduler.schedules.delete("tea");
    };
    const execution = await execute<CreateReminderResult>(scheduler.handler(), input);
    assert.equal(execution.getResult()?.created, true);
    assert.deepEqual(scheduler.calls, ["CreateSchedule", "GetSchedule", "CreateSchedule"]);
  });
});

describe("The pause before a schedule is created again", () => {
  const secondsLeft = 3600;

  it("doubles, and all of them leave time in an execution of 900 s", () => {
    const pauses = Array.from({ length: MAX_ATTEMPTS }, (_, index) => deletionPause(index + 1, secondsLeft));
    assert.deepEqual(pauses, [2, 4, 8, 16, 32, 64, 128, 256, undefined]);
  });

  it("ends a second before the new reminder's time", () => {
    assert.equal(deletionPause(8, 30.9), 29);
    assert.equal(deletionPause(1, 1.9), undefined);
  });
});
