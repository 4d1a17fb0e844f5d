import "../environment.ts";
import assert from "node:assert/strict";
import { createHandler, type ReminderResult } from "../../../functions/reminder/handler.ts";
import { occurrenceName } from "../../../functions/shared/occurrence.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";
import { TestJobTable } from "../job-table.ts";

const environment = { OCCURRENCE_TABLE_NAME: "occurrences", OCCURRENCE_TTL_DAYS: 400 };

describe("reminder", () => {
  useDurableRunner({ skipTime: true });
  const table = TestJobTable.use({ name: "occurrences", hashKey: "occurrence" });
  const run = (payload: unknown) => execute<ReminderResult>(createHandler({ dynamodb: table.client, environment }), payload);
  const input = { key: "tea", payload: { text: "Tea is ready", amount: 1e300 }, scheduledTime: "2026-11-21T10:00:00Z", scheduleArn: "arn", executionId: "abc" };

  it("delivers what the schedule carries, in one step", async () => {
    const execution = await run(input);
    const { key, payload, scheduledTime } = input;
    assert.deepEqual(execution.getResult(), { delivered: true, key, payload, scheduledTime, occurrence: occurrenceName(input), created: true });
    assert.deepEqual(execution.getOperations().map((operation) => operation.getName()), ["deliver"]);
  });

  it("delivers a second delivery of one occurrence no second time, whatever the Scheduler's execution id", async () => {
    const tomorrow = { ...input, scheduledTime: "2026-11-22T10:00:00Z" };
    const first = (await run(tomorrow)).getResult()!;
    const delivered = await table.get(first.occurrence);
    const second = (await run({ ...tomorrow, executionId: "def" })).getResult();
    assert.deepEqual(second, { ...first, created: false });
    assert.deepEqual(await table.get(first.occurrence), delivered);
  });

  it("refuses to start without a scheduled time", async () => {
    assert.match(assertFailed(await run({ ...input, scheduledTime: undefined }), "InvalidInput"), /^scheduledTime: /);
  });
});
