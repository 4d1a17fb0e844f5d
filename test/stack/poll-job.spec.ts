import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import * as z from "zod";
import { crash, ecs, fail, finish, job, lambda, output, start, succeed, until } from "./stack.ts";

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
