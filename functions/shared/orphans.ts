import { type ECSClient, paginateListTasks } from "@aws-sdk/client-ecs";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { executionId } from "./execution.ts";
import { executionEnd } from "./execution-state.ts";
import { isOpen, type JobTable } from "./job-record.ts";
import type { JobTask } from "./job-task.ts";
import { stopTask } from "./task.ts";

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
 * @param options.leaveSucceeded for a task that may have just reported its success, and ends by itself
 * @returns undefined for a task that something waits for
 */
export async function orphanReason(
  { executionArn, attempt, report }: JobTask,
  lambda: LambdaClient,
  table: JobTable,
  { leaveSucceeded }: { readonly leaveSucceeded: boolean },
): Promise<string | undefined> {
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
  return isOpen(record) || (record.status === "SUCCEEDED" && leaveSucceeded) ? undefined : `The job's record is closed: ${record.status}`;
}
