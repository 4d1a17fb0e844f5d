import { START_ALLOWANCE_SECONDS } from "../container/kit/contract.ts";
import { MAX_EXECUTION_SECONDS } from "../functions/shared/execution-time.ts";
import { MAX_CAPACITY_STOPS, MAX_OPERATIONS, operationsBesidePolls } from "../functions/shared/operation-budget.ts";
import { LONG_SAFETY_NET, pollsToSee, startPlan, STOP_DEADLINE_SECONDS, STOP_PLAN } from "../functions/shared/poll-plan.ts";

export { MAX_OPERATIONS };

/**
 * The most operations that `poll-job` can need for a job of this length, if every event is lost: each poll is one, and each attempt starts
 * over with short intervals.
 */
export function pollOperations(timeLimitSeconds: number, attempts: number, capacityWaitSeconds: number): number {
  const plan = LONG_SAFETY_NET;
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
