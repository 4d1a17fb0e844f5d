import { START_ALLOWANCE_SECONDS } from "../../container/kit/contract.ts";
import { MAX_CAPACITY_STOPS, MAX_OPERATIONS, operationsBesidePolls } from "./operation-budget.ts";

/** When a task is polled. Every poll is a billed operation, and an execution may have 3,000, so the interval grows. */
export interface PollPlan {
  /** After the first poll. Whole seconds, 1 or more. */
  readonly initialSeconds: number;
  /** Which the interval never exceeds. */
  readonly maxSeconds: number;
  /** Factor from one interval to the next, 1 or more. */
  readonly backoffRate: number;
}

/** The interval that follows a poll, in whole seconds. @param poll from 1 */
export function pollInterval(plan: PollPlan, poll: number): number {
  return Math.min(plan.maxSeconds, Math.ceil(plan.initialSeconds * plan.backoffRate ** (poll - 1)));
}

/** Seconds from the first poll to the given one. @param poll from 1 */
export function elapsedAtPoll(plan: PollPlan, poll: number): number {
  let elapsed = 0;
  for (let earlier = 1; earlier < poll; earlier++) {
    elapsed += pollInterval(plan, earlier);
  }
  return elapsed;
}

/** How many polls it takes to see the end of a job that runs for so many seconds. */
export function pollsToSee(plan: PollPlan, seconds: number): number {
  let polls = 1;
  for (let elapsed = 0; elapsed < seconds; polls++) {
    elapsed += pollInterval(plan, polls);
  }
  return polls;
}

/**
 * How long to wait after a poll; the last poll falls on the deadline.
 *
 * @param poll from 1
 * @param deadlineSeconds from the first poll
 * @returns whole seconds, or undefined when the deadline has come
 */
export function nextPollDelay(plan: PollPlan, poll: number, deadlineSeconds: number): number | undefined {
  const remaining = deadlineSeconds - elapsedAtPoll(plan, poll);
  return remaining > 0 ? Math.min(remaining, pollInterval(plan, poll)) : undefined;
}

/** ECS forgets a stopped task an hour after its stop, and with it the exit code: no longer than this between polls, and none is missed. */
const SAFE_INTERVAL_SECONDS = 3300;

/**
 * The plan to poll by: the one asked for, with intervals short enough for ECS's memory wherever the operations last for that. With the
 * settings' defaults that is a time limit of up to 29 days with three attempts, and 93 days with one.
 *
 * @param deadlineSeconds of one attempt
 * @param capacityWaitSeconds for which the execution may wait for capacity, which takes operations as well
 */
export function effectivePlan(asked: PollPlan, deadlineSeconds: number, attempts: number, capacityWaitSeconds: number): PollPlan {
  const safe = { ...asked, maxSeconds: Math.min(asked.maxSeconds, SAFE_INTERVAL_SECONDS) };
  const polls = attempts * pollsToSee(safe, deadlineSeconds) + MAX_CAPACITY_STOPS * pollsToSee(safe, Math.min(deadlineSeconds, START_ALLOWANCE_SECONDS));
  return polls + operationsBesidePolls("poll", attempts, capacityWaitSeconds) < MAX_OPERATIONS ? safe : asked;
}

/** Plan of `await-start`, in which each poll sends the callback's heartbeat as well. */
export function startPlan(heartbeatTimeoutSeconds: number): PollPlan {
  // Two polls may fail before the callback times out.
  const maxSeconds = Math.min(60, Math.floor(heartbeatTimeoutSeconds / 3));
  return { initialSeconds: Math.min(5, maxSeconds), maxSeconds, backoffRate: 1.5 };
}

/** Plan of `await-stop` for a job that was told to stop: it is gone within the longest stop time-out that ECS allows, 120 s, and some. */
export const STOP_PLAN: PollPlan = { initialSeconds: 2, maxSeconds: 30, backoffRate: 1.5 };
export const STOP_DEADLINE_SECONDS = 300;
