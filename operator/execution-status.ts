/**
 * Every status of a durable execution, as Lambda's API model of November 2026 lists them (`ExecutionStatus` in botocore 1.44.8).
 * `@aws-sdk/client-lambda` 3.1164 lacks PAUSING, PAUSED and DELETING.
 */
export const EXECUTION_STATUSES = ["RUNNING", "PAUSING", "PAUSED", "SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED", "DELETING"] as const;

export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** Statuses of executions that run, or can be resumed: the ones to list in search of unfinished work. */
export const OPEN_STATUSES = ["RUNNING", "PAUSING", "PAUSED"] as const satisfies readonly ExecutionStatus[];

const ENDED: ReadonlySet<string> = new Set<ExecutionStatus>(["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"]);

/**
 * Reports whether an execution has ended. A status that AWS adds later counts as alive: acting on an execution that is alive
 * loses work, and leaving one that has ended alone does not.
 */
export function hasEnded(status: string | undefined): boolean {
  return status !== undefined && ENDED.has(status);
}

/** Reports whether an execution can be stopped: StopDurableExecution takes running, pausing and paused ones. */
export function isOpen(status: string | undefined): boolean {
  return OPEN_STATUSES.some((open) => open === status);
}
