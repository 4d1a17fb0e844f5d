import { START_ALLOWANCE_SECONDS } from "../functions/shared/job-contract.ts";
import type { PollPlan } from "../functions/shared/poll-plan.ts";

/** A durable execution may have this many operations and not one more. */
export const MAX_OPERATIONS = 3000;

/** No durable execution runs longer than 366 days. */
export const MAX_EXECUTION_SECONDS = 31_622_400;

/** The start of the execution. */
const OPERATIONS_OF_EXECUTION = 1;
/** Run the task, stop it, the first poll; and the retries that these need on a bad day. */
const OPERATIONS_OF_ATTEMPT = 20;

/** Seconds that an execution needs at most for a job with this time limit and its attempts, the start and stop of tasks included. */
export function jobExecutionSeconds(timeLimitSeconds: number, attempts: number): number {
  return Math.min(attempts * (timeLimitSeconds + 2 * START_ALLOWANCE_SECONDS), MAX_EXECUTION_SECONDS);
}

/**
 * The most operations that `poll-job` can need for a job of this length: every poll is one, and every attempt starts over
 * with short intervals.
 */
export function pollOperations(plan: PollPlan, timeLimitSeconds: number, attempts: number): number {
  const total = jobExecutionSeconds(timeLimitSeconds, attempts);
  let growing = 0;
  let elapsed = 0;
  for (let interval = plan.initialSeconds; interval < plan.maxSeconds && elapsed < total; interval *= plan.backoffRate) {
    growing += 1;
    elapsed += interval;
  }
  const steady = Math.ceil(Math.max(total - elapsed, 0) / plan.maxSeconds);
  return OPERATIONS_OF_EXECUTION + attempts * (OPERATIONS_OF_ATTEMPT + growing) + steady;
}
