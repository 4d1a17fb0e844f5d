import { mostTries } from "./capacity-wait.ts";

/** Durable operations that an execution may have: Lambda Developer Guide, quotas of durable functions. */
export const MAX_OPERATIONS = 3000;

/** RunTask calls of one try, while it is unknown whether an earlier call has started a task. */
export const RUN_TASK_CALLS = 3;

/** Tasks of an execution that ECS may accept, fail to place and stop without using up an attempt. */
export const MAX_CAPACITY_STOPS = 5;

/** The start of the execution. */
const OPERATIONS_OF_EXECUTION = 1;

/** Run the task, its callback, the race, the first poll, stop the task; and the retries that these need on a bad day. */
const OPERATIONS_OF_ATTEMPT = 20;

/** Operations of such a task beside its start and its polls: `plan-pause`; and in `poll-job`, its callback and the race. */
const OPERATIONS_OF_CAPACITY_STOP = 3;

/** Operations of a refused try beside its calls: the wait; and with a callback, `createCallback` and `close-callback`. */
const BESIDE_CALLS = { poll: 1, callback: 3 } as const;

/**
 * The most operations of an execution that are not polls: its attempts, and the starts that ECS refuses until the execution has waited for
 * capacity for as long as it may.
 */
export function operationsBesidePolls(workflow: keyof typeof BESIDE_CALLS, attempts: number, capacityWaitSeconds: number): number {
  const refused = mostTries(capacityWaitSeconds) * (RUN_TASK_CALLS + BESIDE_CALLS[workflow]);
  const unplaced = MAX_CAPACITY_STOPS * OPERATIONS_OF_CAPACITY_STOP;
  return OPERATIONS_OF_EXECUTION + attempts * OPERATIONS_OF_ATTEMPT + refused + unplaced;
}
