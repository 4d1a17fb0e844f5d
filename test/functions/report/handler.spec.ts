import "../environment.ts";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import assert from "node:assert/strict";
import { createHandler, type ReportResult } from "../../../functions/report/handler.ts";
import { fetchSales } from "../../../functions/report/sales.ts";
import { occurrenceName } from "../../../functions/shared/occurrence.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";
import { TestJobTable } from "../job-table.ts";
import { awsError } from "../scripted-client.ts";

const environment = { OCCURRENCE_TABLE_NAME: "occurrences", OCCURRENCE_TTL_DAYS: 400 };
const at = (scheduledTime: string) => ({ scheduledTime, scheduleArn: "arn:aws:scheduler:eu-west-1:111122223333:schedule/reports/report" });

describe("report", () => {
  useDurableRunner({ skipTime: true });
  const table = TestJobTable.use({ name: "occurrences", hashKey: "occurrence" });
  const run = (payload: unknown, dynamodb: DynamoDBClient = table.client) => execute<ReportResult>(createHandler({ dynamodb, environment }), payload);

  it("adds up what it fetched, and says for which occurrence", async () => {
    const occurrence = at("2026-11-21T10:00:00Z");
    const { amounts, source } = await fetchSales();
    const execution = await run({ ...occurrence, executionId: "abc" });
    const reportId = occurrenceName(occurrence);
    const total = amounts.reduce((sum, amount) => sum + amount);
    assert.deepEqual(execution.getResult(), { total, source, reportId, created: true, scheduledTime: occurrence.scheduledTime, executionId: "abc" });
  });

  it("fetches, waits ten seconds, processes and stores", async () => {
    const execution = await run({});
    assert.deepEqual(execution.getOperations().map((operation) => operation.getName()), ["fetch", "settle", "process", "store"]);
    assert.equal(execution.getOperations()[1]!.getWaitDetails()?.waitSeconds, 10);
  });

  it("stores the report with what it is of, until it expires", async () => {
    const occurrence = at("2026-11-21T11:00:00Z");
    const { total, source, reportId } = (await run({ ...occurrence, executionId: "abc" })).getResult()!;
    const { executionArn, createdAt, expiresAt, ...item } = (await table.get(reportId))!;
    assert.deepEqual(item, { occurrence: reportId, ...occurrence, outcome: JSON.stringify({ total, source }) });
    assert.ok(executionArn);
    assert.equal(Number(expiresAt), Math.floor(Date.parse(String(createdAt)) / 1000) + 400 * 86_400);
  });

  it("returns the stored report for a second delivery of an occurrence, whatever the Scheduler's execution id", async () => {
    const occurrence = at("2026-11-21T12:00:00Z");
    const reportId = occurrenceName(occurrence);
    const stored = { occurrence: reportId, executionArn: "arn:first", outcome: JSON.stringify({ total: 1, source: "first" }) };
    await table.put(stored);
    const { created, total, source } = (await run({ ...occurrence, executionId: "second" })).getResult()!;
    assert.deepEqual({ created, total, source }, { created: false, total: 1, source: "first" });
    assert.deepEqual(await table.get(reportId), stored);
  });

  it("stores nothing when it fails, so that a redriven delivery creates the report", async () => {
    const occurrence = at("2026-11-21T13:00:00Z");
    const failing = Object.create(table.client, { send: { value: () => Promise.reject(awsError("AccessDeniedException", 403)) } }) as DynamoDBClient;
    assertFailed(await run(occurrence, failing), "AccessDeniedException");
    assert.equal((await run(occurrence)).getResult()?.created, true);
  });

  it("has created the report when the response of the put was lost and the step ran again", async () => {
    let puts = 0;
    const lossy = Object.create(table.client, {
      send: {
        value: async (command: Parameters<DynamoDBClient["send"]>[0]) => {
          const response = await table.client.send(command);
          puts += 1;
          if (puts === 1) throw awsError("InternalServerError", 500);
          return response;
        },
      },
    }) as DynamoDBClient;
    assert.equal((await run(at("2026-11-21T14:00:00Z"), lossy)).getResult()?.created, true);
  });

  it("can be invoked by hand, and is stored under the execution's id then", async () => {
    const [first, second] = [(await run({})).getResult()!, (await run({})).getResult()!];
    assert.deepEqual(Object.keys(first), ["total", "source", "reportId", "created"]);
    assert.deepEqual([first.created, second.created], [true, true]);
    assert.notEqual(first.reportId, second.reportId);
    assert.ok(await table.get(first.reportId));
  });

  it("refuses unknown fields", async () => {
    assert.match(assertFailed(await run({ scheduled: "now" }), "InvalidInput"), /^scheduled: unknown field$/);
  });
});
