import { START_ALLOWANCE_SECONDS } from "../container/kit/contract.ts";
import { MAX_CAPACITY_STOPS, MAX_OPERATIONS, operationsBesidePolls } from "../functions/shared/operation-budget.ts";
import { type PollPlan, pollsToSee, startPlan, STOP_DEADLINE_SECONDS, STOP_PLAN } from "../functions/shared/poll-plan.ts";

export { MAX_OPERATIONS };

/** No durable execution runs longer than 366 days. */
export const MAX_EXECUTION_SECONDS = 31_622_400;

/** The longest execution that a caller may wait for: 15 minutes. */
export const SHORT_EXECUTION_SECONDS = 900;

/** Time of `dispatch-job` for its record, and for RunTask calls whose outcome is unknown. */
const DISPATCH_SECONDS = 300;

/** Seconds that an execution needs at most for a job with this time limit and its attempts: waits for capacity, starts and stops of tasks included. */
export function jobExecutionSeconds(timeLimitSeconds: number, attempts: number, capacityWaitSeconds: number): number {
  const attempt = timeLimitSeconds + 2 * START_ALLOWANCE_SECONDS + STOP_DEADLINE_SECONDS;
  const seconds = attempts * attempt + MAX_CAPACITY_STOPS * START_ALLOWANCE_SECONDS + capacityWaitSeconds;
  return Math.min(seconds, MAX_EXECUTION_SECONDS);
}

/** Seconds that an execution of `dispatch-job` needs at most. Callers may wait for it if it waits for capacity for ten minutes or less. */
export function dispatchExecutionSeconds(capacityWaitSeconds: number): number {
  return Math.max(SHORT_EXECUTION_SECONDS, capacityWaitSeconds + DISPATCH_SECONDS);
}

/**
 * The most operations that `poll-job` can need for a job of this length: every poll is one, and every attempt starts over
 * with short intervals.
 */
export function pollOperations(plan: PollPlan, timeLimitSeconds: number, attempts: number, capacityWaitSeconds: number): number {
  const total = Math.min(attempts * (timeLimitSeconds + START_ALLOWANCE_SECONDS), MAX_EXECUTION_SECONDS);
  let growing = 0;
  let elapsed = 0;
  for (let interval = plan.initialSeconds; interval < plan.maxSeconds && elapsed < total; interval *= plan.backoffRate) {
    growing += 1;
    elapsed += interval;
  }
  const steady = Math.ceil(Math.max(total - elapsed, 0) / plan.maxSeconds);
  const ofCapacityStops = MAX_CAPACITY_STOPS * pollsToSee(plan, START_ALLOWANCE_SECONDS);
  return operationsBesidePolls("poll", attempts, capacityWaitSeconds) + attempts * growing + steady + ofCapacityStops;
}

/** The most operations that `callback-job` can need: it polls each task until it has started, and until it has stopped if it is silent. */
export function callbackOperations(heartbeatTimeoutSeconds: number, attempts: number, capacityWaitSeconds: number): number {
  const polls = pollsToSee(startPlan(heartbeatTimeoutSeconds), START_ALLOWANCE_SECONDS) + pollsToSee(STOP_PLAN, STOP_DEADLINE_SECONDS);
  return operationsBesidePolls("callback", attempts, capacityWaitSeconds) + (attempts + MAX_CAPACITY_STOPS) * polls;
}
