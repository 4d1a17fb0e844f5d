import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import * as z from "zod";
import { dynamodb, ecs, fail, finish, lambda, output, start, succeed, until } from "./stack.ts";

const job = { message: "hello", processingTime: 1 };
const crash = { ...job, fail: { exitCode: 3 } };

async function taskStatus(taskArn: string): Promise<string | undefined> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: output("clusterArn"), tasks: [taskArn] }));
  return tasks?.[0]?.lastStatus;
}

describe("poll-job", () => {
  const result = z.object({ taskArn: z.string(), exitCode: z.literal(0), startedAt: z.iso.datetime(), stoppedAt: z.iso.datetime(), attempts: z.number() });

  it("runs a task to its end", async () => {
    const { taskArn, startedAt, stoppedAt } = result.parse(await succeed("pollJobAliasArn", job));
    assert.ok(Date.parse(stoppedAt) - Date.parse(startedAt) >= 1000);
    assert.equal(await taskStatus(taskArn), "STOPPED");
  });

  it("fails when the job exits with 3, and says so", async () => {
    const message = await fail("pollJobAliasArn", crash, "JobFailed");
    assert.match(message, /exit code 3, stop reason: Essential container in task exited/);
  });

  it("runs two tasks for two executions with equal input", async () => {
    const results = await Promise.all([succeed("pollJobAliasArn", job), succeed("pollJobAliasArn", job)]);
    const [first, second] = results.map((answer) => result.parse(answer).taskArn);
    assert.notEqual(first, second);
  });

  it("takes its task along when it is stopped", async () => {
    const executionArn = await start("pollJobAliasArn", { ...job, processingTime: 600 });
    const startedBy = executionArn.slice(executionArn.lastIndexOf("/") + 1);
    const task = await until("the task to run", async () => {
      const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: output("clusterArn"), startedBy }));
      const [taskArn] = taskArns;
      return taskArn !== undefined && (await taskStatus(taskArn)) === "RUNNING" ? taskArn : undefined;
    });
    await lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: executionArn, Error: { ErrorType: "Test", ErrorMessage: "stopped" } }));
    await until("the task to stop", async () => ((await taskStatus(task)) === "STOPPED" ? true : undefined));
    assert.equal((await finish(executionArn)).status, "STOPPED");
  });

  it("refuses bad input, naming every wrong field, and starts no task", async () => {
    const message = await fail("pollJobAliasArn", { message: "", processingTime: -1, colour: "red" }, "InvalidInput");
    for (const path of ["message: ", "processingTime: ", "colour: "]) assert.ok(message.includes(path), message);
  });
});

describe("callback-job", () => {
  it("answers with what the job reports", async () => {
    const { message, processingTime } = z.looseObject({ message: z.string(), processingTime: z.number() }).parse(await succeed("callbackJobAliasArn", job));
    assert.deepEqual({ message, processingTime }, job);
  });

  it("fails with the error that the job reports", async () => {
    const message = await fail("callbackJobAliasArn", { ...job, fail: { exitCode: 4, error: "out of paper" } }, "JobFailed");
    assert.match(message, /out of paper.*exit code 4/);
  });

  it("fails when the job crashes without a word: task-watchdog has seen it", async () => {
    const message = await fail("callbackJobAliasArn", crash, "JobFailed");
    assert.match(message, /exit code 3, stop reason: Essential container in task exited/);
  });
});

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
    const { jobId, taskArn } = answer.parse(await succeed("dispatchJobAliasArn", job));
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
