import { START_ALLOWANCE_SECONDS } from "../../container/kit/contract.ts";
import { JOB_NAMES, timeLimitOf } from "./declared-jobs.ts";
import { MAX_CAPACITY_STOPS } from "./operation-budget.ts";
import { STOP_DEADLINE_SECONDS } from "./poll-plan.ts";
import type { WorkflowSettings } from "./workflow.ts";

/** No durable execution runs longer than 366 days. */
export const MAX_EXECUTION_SECONDS = 31_622_400;

/** The longest execution that a caller may wait for: 15 minutes. */
export const SHORT_EXECUTION_SECONDS = 900;

/** Time of `dispatch-job` for its record, and for RunTask calls whose outcome is unknown. */
const DISPATCH_SECONDS = 300;

type JobSettings = Pick<WorkflowSettings, "jobTimeLimitSeconds" | "jobMaxAttempts" | "jobCapacityWaitSeconds">;

/** Seconds that an execution needs at most for any job with its attempts: waits for capacity, starts and stops of tasks included. */
export function jobExecutionSeconds({ jobTimeLimitSeconds, jobMaxAttempts, jobCapacityWaitSeconds }: JobSettings): number {
  const longest = Math.max(...JOB_NAMES.map((job) => timeLimitOf(job, jobTimeLimitSeconds)));
  const attempt = longest + 2 * START_ALLOWANCE_SECONDS + STOP_DEADLINE_SECONDS;
  const seconds = jobMaxAttempts * attempt + MAX_CAPACITY_STOPS * START_ALLOWANCE_SECONDS + jobCapacityWaitSeconds;
  return Math.min(seconds, MAX_EXECUTION_SECONDS);
}

/** Seconds that an execution of `dispatch-job` needs at most. Callers may wait for it if it waits for capacity for ten minutes or less. */
export function dispatchExecutionSeconds({ jobCapacityWaitSeconds }: Pick<JobSettings, "jobCapacityWaitSeconds">): number {
  return Math.max(SHORT_EXECUTION_SECONDS, jobCapacityWaitSeconds + DISPATCH_SECONDS);
}
