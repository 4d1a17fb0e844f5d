import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import type { DemoCase, DemoOutcome } from "../../operator/demo-case.ts";
import { followExecution, startExecution, until } from "../../operator/follow.ts";
import type { StackContext } from "../../operator/stack-context.ts";

const REACTION_MS = 5_000;
const START_MS = 30_000;

export default [
  { title: "callback-job: stopped while its task runs, cleaned up by task-watchdog", run: stopWhileTaskRuns },
] satisfies readonly DemoCase[];

async function stopWhileTaskRuns(context: StackContext, report: (line: string) => void): Promise<DemoOutcome> {
  const { lambda, ecs } = context;
  const cluster = context.output("clusterArn");
  const executionArn = await startExecution(context, "callbackJob", { message: "hello", processingTime: 600 });
  const startedBy = executionArn.slice(executionArn.lastIndexOf("/") + 1);
  report("waiting for its task to run");
  const task = await until("the task runs", START_MS, async () => {
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, startedBy }));
    const [taskArn] = taskArns ?? [];
    return taskArn !== undefined && (await lastStatus(context, taskArn)) === "RUNNING" ? taskArn : undefined;
  });
  await lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: executionArn, Error: { ErrorType: "Demo", ErrorMessage: "Stopped by the demo run" } }));
  const stopped = Date.now();
  report("stopped; waiting for task-watchdog to stop the task");
  await until("the task is stopped", REACTION_MS, async () => ((await lastStatus(context, task)) === "STOPPED" ? true : undefined));
  const seconds = ((Date.now() - stopped) / 1000).toFixed(1);
  const { status } = await followExecution(context, executionArn, report);
  assert.equal(status, "STOPPED");
  return { status, summary: `task stopped ${seconds} s after the execution` };
}

async function lastStatus({ ecs, output }: StackContext, taskArn: string): Promise<string | undefined> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: output("clusterArn"), tasks: [taskArn] }));
  return tasks?.[0]?.lastStatus;
}
