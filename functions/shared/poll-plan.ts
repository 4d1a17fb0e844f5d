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

/**
 * Plan for a task whose stop is reported by an event: the polls find the stop when the event is lost. ECS forgets a stopped task an hour
 * after its stop, and with it the exit code, so the interval stays below an hour.
 */
const SAFETY_NET: PollPlan = { initialSeconds: 120, maxSeconds: 3300, backoffRate: 2 };

/** Plan for jobs of many months: with {@link SAFETY_NET}, their polls could use up the operations of an execution. */
export const LONG_SAFETY_NET: PollPlan = { ...SAFETY_NET, maxSeconds: 14_400 };

/**
 * The plan of the polls for a lost event. With the other settings at their defaults, the interval stays below an hour for a time limit of up
 * to 32 days with three attempts, and 100 days with one.
 *
 * @param deadlineSeconds of one attempt
 * @param capacityWaitSeconds for which the execution may wait for capacity, which takes operations as well
 */
export function safetyNet(deadlineSeconds: number, attempts: number, capacityWaitSeconds: number): PollPlan {
  const unplaced = MAX_CAPACITY_STOPS * pollsToSee(SAFETY_NET, Math.min(deadlineSeconds, START_ALLOWANCE_SECONDS));
  const polls = attempts * pollsToSee(SAFETY_NET, deadlineSeconds) + unplaced;
  return polls + operationsBesidePolls("poll", attempts, capacityWaitSeconds) < MAX_OPERATIONS ? SAFETY_NET : LONG_SAFETY_NET;
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
