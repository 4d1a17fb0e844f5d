import { DescribeTasksCommand, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";
import type { StackContext } from "../../operator/stack-context.ts";
import { until } from "../../operator/follow.ts";

export const DEADLINE_MS = 30_000;

export function idOf(executionArn: string): string {
  return executionArn.slice(executionArn.lastIndexOf("/") + 1);
}

/** Every task that an execution has started, running and stopped. */
export async function tasksOf({ ecs, output }: StackContext, executionArn: string): Promise<Task[]> {
  const cluster = output("clusterArn");
  const lists = await Promise.all(
    (["RUNNING", "STOPPED"] as const).map((desiredStatus) => ecs.send(new ListTasksCommand({ cluster, startedBy: idOf(executionArn), desiredStatus }))),
  );
  const taskArns = lists.flatMap((list) => list.taskArns ?? []);
  if (taskArns.length === 0) return [];
  return (await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? [];
}

export function runningTask(context: StackContext, executionArn: string): Promise<Task> {
  return until("a task runs", DEADLINE_MS, async () => (await tasksOf(context, executionArn)).find((task) => task.lastStatus === "RUNNING"));
}
