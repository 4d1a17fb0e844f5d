import { QueryCommand } from "@aws-sdk/client-dynamodb";
import { StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { OPEN_JOBS_INDEX } from "../../functions/shared/job-record.ts";
import { startExecution, until } from "../../operator/follow.ts";
import { idOf } from "./tasks-of.ts";
import { UsedStack } from "./use-stack.ts";

/** Executions, each stopped this much later after its start than the one before. */
const MOMENTS = 100;
const STEP_MS = 10;
const AT_A_TIME = 10;
const DEADLINE_MS = 120_000;

describe("dispatch-job, stopped at each moment of the first second", function () {
  this.timeout(240_000);

  const used = UsedStack.use();

  async function openRecords(): Promise<number> {
    const { Count } = await used.context.dynamodb.send(
      new QueryCommand({
        TableName: used.context.output("jobTableName"),
        IndexName: OPEN_JOBS_INDEX,
        KeyConditionExpression: "#open = :open",
        ExpressionAttributeNames: { "#open": "open" },
        ExpressionAttributeValues: marshall({ ":open": "open" }),
      }),
    );
    return Count ?? 0;
  }

  const recordOf = (jobId: string) => used.record(jobId);

  async function stopAfter(milliseconds: number): Promise<string> {
    const executionArn = await startExecution(used.context, "dispatchJob", { message: `stopped after ${milliseconds} ms`, processingTime: 0 });
    await delay(milliseconds);
    await used.context.lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: executionArn }));
    return idOf(executionArn);
  }

  it("leaves no open record, and each such job can be run again", async () => {
    const jobIds: string[] = [];
    for (let moment = 0; moment < MOMENTS; moment += AT_A_TIME) {
      const moments = Array.from({ length: AT_A_TIME }, (_, index) => (moment + index) * STEP_MS);
      jobIds.push(...(await Promise.all(moments.map(stopAfter))));
    }
    const closed = await until("each job has a closed record", DEADLINE_MS, async () => {
      const records = await Promise.all(jobIds.map(recordOf));
      return records.every((record) => record?.["status"] === "FAILED" || record?.["status"] === "SUCCEEDED") ? records : undefined;
    });
    assert.equal(await openRecords(), 0);
    const failed = closed.filter((record) => record?.["status"] === "FAILED").map((record) => String(record?.["jobId"]));
    assert.ok(failed.length > 0, "some execution was stopped before its end");

    await Promise.all(failed.map((retryOf) => startExecution(used.context, "dispatchJob", { retryOf })));
    await until("each job ran again, to its end", DEADLINE_MS, async () => {
      const records = await Promise.all(failed.map(recordOf));
      return records.every((record) => record?.["status"] === "SUCCEEDED" && record["attempt"] === 2) ? true : undefined;
    });
    assert.equal(await openRecords(), 0);
  });
});
