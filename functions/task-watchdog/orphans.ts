import { type ECSClient, paginateListTasks } from "@aws-sdk/client-ecs";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { executionId } from "../shared/execution.ts";
import { executionEnd } from "../shared/execution-state.ts";
import type { JobTable } from "../shared/job-record.ts";
import type { JobTask } from "../shared/job-task.ts";
import { stopTask } from "../shared/task.ts";

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
 * Says why a task has no reason to run: its execution has ended, or its record is no longer open for it.
 *
 * An execution can be stopped between RunTask and the end of that step, when ListTasks doesn't show the task yet; the record of a job can
 * be closed at that time as well.
 *
 * @returns undefined for a task that something waits for
 */
export async function orphanReason({ executionArn, attempt, report }: JobTask, lambda: LambdaClient, table: JobTable): Promise<string | undefined> {
  if (report.to !== "record") {
    const end = await executionEnd(lambda, executionArn);
    return end && `Execution ended: ${end}`;
  }
  const record = await table.find(report.jobId);
  if (record === undefined) {
    return "The job has no record";
  }
  if (record.attempt !== attempt || record.executionArn !== executionArn) {
    return "The job runs as another attempt";
  }
  // A job that has just SUCCEEDED ends by itself: events come in any order.
  return record.status === "FAILED" ? "The job's record is closed" : undefined;
}
