import assert from "node:assert/strict";
import { handler } from "../../../functions/reminder/handler.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";

describe("reminder", () => {
  useDurableRunner({ skipTime: true });
  const input = { key: "tea", payload: { text: "Tea is ready" }, scheduledTime: "2026-11-21T10:00:00Z", scheduleArn: "arn", executionId: "abc" };

  it("delivers what the schedule carries, in one step", async () => {
    const execution = await execute(handler, input);
    const { key, payload, scheduledTime } = input;
    assert.deepEqual(execution.getResult(), { delivered: true, key, payload, scheduledTime });
    assert.deepEqual(execution.getOperations().map((operation) => operation.getName()), ["deliver"]);
  });

  it("refuses to start without a moment", async () => {
    assert.match(assertFailed(await execute(handler, { ...input, scheduledTime: undefined }), "InvalidInput"), /^scheduledTime: /);
  });
});
