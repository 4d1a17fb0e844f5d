import { DescribeTasksCommand, type ECSClient, StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import type { TaskEnvironment } from "./environment.ts";
import type { StoppedTask } from "./stopped-task.ts";

/** `missing`: ECS does not know the task, which is so for a moment after RunTask and from an hour after the stop. */
export type TaskView = { readonly state: "missing" | "starting" | "running" } | { readonly state: "stopped"; readonly task: StoppedTask };

/** What ECS says about a task at this moment. @throws the ECS client's errors */
export async function describeTask(ecs: ECSClient, environment: Pick<TaskEnvironment, "CLUSTER_ARN" | "CONTAINER_NAME">, taskArn: string): Promise<TaskView> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: environment.CLUSTER_ARN, tasks: [taskArn] }));
  const task = tasks?.[0];
  if (task === undefined) {
    return { state: "missing" };
  }
  if (task.lastStatus === "STOPPED") {
    return { state: "stopped", task: toStoppedTask(task, taskArn, environment.CONTAINER_NAME) };
  }
  return { state: task.startedAt === undefined ? "starting" : "running" };
}

function toStoppedTask(task: Task, taskArn: string, containerName: string): StoppedTask {
  const container = task.containers?.find(({ name }) => name === containerName);
  return {
    taskArn,
    exitCode: container?.exitCode,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containerReason: container?.reason,
    startedAt: task.startedAt?.toISOString(),
    stoppedAt: task.stoppedAt?.toISOString(),
  };
}

/**
 * Stops a task; one that has stopped already, or that ECS no longer knows, is as good as stopped.
 *
 * @param clusterArn of the task
 * @param reason ends up in the task's stop reason
 * @returns whether the task had ever started
 */
export async function stopTask(ecs: ECSClient, clusterArn: string, taskArn: string, reason: string): Promise<{ started: boolean }> {
  try {
    const { task } = await ecs.send(new StopTaskCommand({ cluster: clusterArn, task: taskArn, reason }));
    return { started: task?.startedAt !== undefined };
  } catch (error) {
    if (error instanceof Error && error.name === "InvalidParameterException" && /not found/i.test(error.message)) {
      return { started: true };
    }
    throw error;
  }
}
