import { effectivePlan, pollInterval, pollsToSee, type PollPlan } from "../../functions/shared/poll-plan.ts";

/** What an execution needs to see the end of a job by polling. */
export interface Polling {
  /** Each is one durable operation and, because it follows a wait, one invocation. */
  readonly polls: number;
  /** Seconds from the job's end to the poll that sees it, at most. */
  readonly longestDelay: number;
}

/** The program's growing intervals. @param timeLimitSeconds of a job, which the plan is made for */
export function growingPolls(asked: PollPlan, jobSeconds: number, timeLimitSeconds: number, attempts: number, capacityWaitSeconds: number): Polling {
  const plan = effectivePlan(asked, timeLimitSeconds, attempts, capacityWaitSeconds);
  const polls = pollsToSee(plan, jobSeconds);
  return { polls, longestDelay: pollInterval(plan, Math.max(1, polls - 1)) };
}

/** The plain design: one poll every so many seconds. */
export function fixedPolls(intervalSeconds: number, jobSeconds: number): Polling {
  return { polls: 1 + Math.ceil(jobSeconds / intervalSeconds), longestDelay: intervalSeconds };
}
