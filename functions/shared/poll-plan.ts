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

/** Of the 3,000 operations that an execution may have, what polls may use; starts, stops and retries need some too. */
const POLL_BUDGET = 2800;

/**
 * The plan to poll by: the one asked for, with intervals short enough for ECS's memory wherever the operations last for that, which is for
 * up to about 100 days, all attempts together.
 *
 * @param deadlineSeconds of one attempt
 */
export function effectivePlan(asked: PollPlan, deadlineSeconds: number, attempts: number): PollPlan {
  const safe = { ...asked, maxSeconds: Math.min(asked.maxSeconds, SAFE_INTERVAL_SECONDS) };
  return attempts * pollsToSee(safe, deadlineSeconds) <= POLL_BUDGET ? safe : asked;
}
