import { pollInterval, pollsToSee, safetyNet } from "../../functions/shared/poll-plan.ts";

/** Polls of an execution that runs a job. */
export interface Polling {
  /** Each is one durable operation and, because it follows a wait, one invocation. */
  readonly polls: number;
  /** Seconds from the job's end to the poll that sees it, at most. */
  readonly longestDelay: number;
}

/** The program's polls until an event reports the end, and the delay if the event is lost. @param timeLimitSeconds of a job, which the plan is made for */
export function safetyNetPolls(jobSeconds: number, timeLimitSeconds: number, attempts: number, capacityWaitSeconds: number): Polling {
  const plan = safetyNet(timeLimitSeconds, attempts, capacityWaitSeconds);
  // With the poll that is planned when the event arrives.
  const polls = pollsToSee(plan, jobSeconds);
  return { polls, longestDelay: pollInterval(plan, polls - 1) };
}

/** The plain design: one poll every so many seconds. */
export function fixedPolls(intervalSeconds: number, jobSeconds: number): Polling {
  return { polls: 1 + Math.ceil(jobSeconds / intervalSeconds), longestDelay: intervalSeconds };
}
