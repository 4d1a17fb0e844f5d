import { type ECSClient, paginateListTasks } from "@aws-sdk/client-ecs";
import { GetDurableExecutionCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { executionId } from "../shared/execution.ts";
import { stopTask } from "../shared/task.ts";
import type { JobTask } from "./task.ts";

/** Stops every task of an execution that has ended without seeing to them. @returns the tasks' ARNs */
export async function stopTasksOf(executionArn: string, status: string, ecs: ECSClient, clusterArn: string): Promise<string[]> {
  const stopped = [];
  for await (const page of paginateListTasks({ client: ecs }, { cluster: clusterArn, startedBy: executionId(executionArn) })) {
    for (const taskArn of page.taskArns ?? []) {
      await stopTask(ecs, clusterArn, taskArn, `Execution ended: ${status}`);
      stopped.push(taskArn);
    }
  }
  return stopped;
}

/**
 * Stops a task that has just started for an execution that has ended: the execution was stopped while it was starting the task, and the
 * task could not be found yet when the watchdog heard of that.
 *
 * @returns whether it was stopped
 */
export async function stopIfOrphan({ executionArn, report, stop }: JobTask, lambda: LambdaClient, ecs: ECSClient, clusterArn: string): Promise<boolean> {
  if (report.to === "record") {
    // dispatch-job does not wait for its task: that its execution has ended is as it should be.
    return false;
  }
  const status = await executionStatus(executionArn, lambda);
  if (status === "RUNNING") {
    return false;
  }
  await stopTask(ecs, clusterArn, stop.taskArn, `Execution ended: ${status}`);
  return true;
}

async function executionStatus(executionArn: string, lambda: LambdaClient): Promise<string> {
  try {
    const execution = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: executionArn, IncludeExecutionData: false }));
    return execution.Status ?? "unknown";
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") {
      return "no longer known";
    }
    throw error;
  }
}
