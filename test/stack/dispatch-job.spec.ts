import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import assert from "node:assert/strict";
import * as z from "zod";
import { crash, dynamodb, fail, finish, job, output, start, succeed, until } from "./stack.ts";

describe("dispatch-job", () => {
  const answer = z.object({ jobId: z.string(), taskArn: z.string(), status: z.literal("DISPATCHED") });

  /** The job's record once it is closed. */
  const closed = (jobId: string) =>
    until(`the end of job ${jobId}`, async () => {
      const { Item } = await dynamodb.send(
        new GetItemCommand({ TableName: output("jobTableName"), Key: { jobId: { S: jobId } }, ConsistentRead: true }),
      );
      return Item?.["status"]?.S === "SUCCEEDED" || Item?.["status"]?.S === "FAILED" ? Item : undefined;
    });

  it("returns at once, and the job records its result", async () => {
    const executionArn = await start("dispatchJobAliasArn", job);
    const { jobId, taskArn } = answer.parse((await finish(executionArn)).result);
    // Known to the caller as soon as Lambda has accepted the invocation.
    assert.equal(jobId, executionArn.slice(executionArn.lastIndexOf("/") + 1));
    const record = await closed(jobId);
    assert.equal(record["status"]?.S, "SUCCEEDED");
    assert.equal(record["taskArn"]?.S, taskArn);
    assert.equal(record["result"]?.M?.["message"]?.S, "hello");
  });

  it("leaves a record of a crash: task-watchdog has seen it; and runs the job again when asked to", async () => {
    const { jobId, taskArn } = answer.parse(await succeed("dispatchJobAliasArn", crash));
    const record = await closed(jobId);
    assert.equal(record["status"]?.S, "FAILED");
    assert.equal(record["error"]?.M?.["exitCode"]?.N, "3");

    const again = answer.parse(await succeed("dispatchJobAliasArn", { retryOf: jobId }));
    assert.equal(again.jobId, jobId);
    assert.notEqual(again.taskArn, taskArn);
    assert.equal((await closed(jobId))["attempt"]?.N, "2");
  });

  it("does not run a job again that has succeeded", async () => {
    const { jobId } = answer.parse(await succeed("dispatchJobAliasArn", { ...job, processingTime: 0 }));
    await closed(jobId);
    assert.match(await fail("dispatchJobAliasArn", { retryOf: jobId }, "InvalidInput"), /SUCCEEDED/);
  });
});
