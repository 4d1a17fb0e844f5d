import assert from "node:assert/strict";
import { handler, type ReportResult } from "../../../functions/report/handler.ts";
import { fetchSales } from "../../../functions/report/sales.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";

describe("report", () => {
  useDurableRunner({ skipTime: true });

  it("adds up what it fetched, and says for which moment", async () => {
    const payload = { scheduledTime: "2026-11-21T10:00:00Z", executionId: "abc" };
    const { amounts, source } = await fetchSales();
    const execution = await execute<ReportResult>(handler, payload);
    assert.deepEqual(execution.getResult(), { total: amounts.reduce((sum, amount) => sum + amount), source, ...payload });
  });

  it("fetches, waits ten seconds and processes", async () => {
    const execution = await execute(handler, {});
    assert.deepEqual(execution.getOperations().map((operation) => operation.getName()), ["fetch", "settle", "process"]);
    assert.equal(execution.getOperations()[1]!.getWaitDetails()?.waitSeconds, 10);
  });

  it("can be started by hand, without a moment", async () => {
    const execution = await execute<ReportResult>(handler, {});
    assert.deepEqual(Object.keys(execution.getResult()!), ["total", "source"]);
  });

  it("refuses unknown fields", async () => {
    assert.match(assertFailed(await execute(handler, { scheduled: "now" }), "InvalidInput"), /^scheduled: unknown field$/);
  });
});
