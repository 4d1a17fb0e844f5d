import { MAX_OPERATIONS } from "../poll-operations.ts";

/** When a kind of alarm rings. What it watches is in alarm-subjects.ts. */
export interface AlarmRule {
  readonly statistic: "Sum" | "Maximum";
  /** Rings when the statistic over all that is watched is above this in one period. */
  readonly above: number;
  /** Length of a period. Five minutes where left out. */
  readonly periodSeconds?: number;
  /** Of the last so many periods, so many must be above. One of one where left out. */
  readonly periods?: { readonly of: number; readonly above: number };
  /** For a person who was just woken. */
  readonly means: string;
}

/**
 * Every kind of alarm, by cause: what needs a person, and nothing else. The key is the anchor of its section in
 * docs/operations.md, and the name of the alarm after project and stack.
 *
 * The data that an execution has written has no alarm: DurableExecutionStorageWrittenBytes is the amount of each write, not a
 * running total, and a workflow's own state doesn't hold what it has written before.
 */
export const ALARMS = {
  "job-failed": {
    statistic: "Sum",
    above: 0,
    means: "A job failed with an error of its own, sent no heartbeat, or ran over its time limit.",
  },
  "tasks-lost": {
    statistic: "Sum",
    above: 0,
    // Longer than the attempts of one job lie apart: one ring for them and for the execution that fails after the last.
    periodSeconds: 900,
    means: "ECS could not start a job's task, had no capacity for it, or lost it until no attempt was left.",
  },
  "workflow-error": {
    statistic: "Sum",
    above: 0,
    means: "An execution failed with an error that no workflow expects: a bug, a missing permission, or a task that ECS refuses.",
  },
  "failed-unexplained": {
    statistic: "Sum",
    above: 0,
    // CloudWatch may have the two counts minutes apart: a difference that is still there after three periods is one.
    periods: { of: 3, above: 3 },
    means: "Lambda counts more failed executions than the workflows have reported: Lambda itself ended an execution, or log lines are missing.",
  },
  "execution-timed-out": {
    statistic: "Sum",
    above: 0,
    means: "An execution reached its execution time-out. Workflows time out earlier, so something waits without a time-out.",
  },
  "invocation-errors": {
    statistic: "Sum",
    above: 0,
    // Lambda retries a failed invocation with growing pauses, for hours: one ring for the retries of an hour.
    periodSeconds: 3600,
    means: "Invocations of a durable function crash or time out before the workflow can report. Lambda retries them; the execution goes no further.",
  },
  "operations-near-limit": {
    statistic: "Maximum",
    above: 0.8 * MAX_OPERATIONS,
    means: "An execution has used more than 2,400 of its 3,000 operations. At 3,000 it fails.",
  },
  throttled: {
    statistic: "Sum",
    above: 0,
    // A short burst is retried by whoever invokes the function.
    periods: { of: 3, above: 2 },
    means: "Lambda refuses to invoke functions: the account's concurrency is used up. Asynchronous invocations are retried for six hours.",
  },
  "dead-letters": {
    statistic: "Maximum",
    above: 0,
    means: "The watchdog missed an event, or a sweep failed: the function failed three times, or EventBridge could not deliver. The next sweep repairs what was missed. If sweeps fail, nothing does.",
  },
  "schedule-dropped": {
    statistic: "Sum",
    above: 0,
    means: "The Scheduler stopped retrying an invocation: a report, a reminder or a sweep did not happen.",
  },
  "running-near-quota": {
    statistic: "Maximum",
    above: 80,
    means: "More than 80 % of the durable executions that the account may run at a time are running, those of other stacks included. At 100 % nothing can start.",
  },
  "schedules-near-quota": {
    statistic: "Maximum",
    // Of 10 million in an account and Region, the default quota in November 2026. Below one million the metric may read 0.
    above: 4_999_999,
    means: "There are 5 million schedules or more in the account. The quota is 10 million by default; at it, create-reminder fails.",
  },
} as const satisfies Readonly<Record<string, AlarmRule>>;

export type AlarmKind = keyof typeof ALARMS;

/** All names of kinds: the sections of the runbook. */
export const ALARM_KINDS = Object.keys(ALARMS) as readonly AlarmKind[];

/** What an alarm's message says. */
export function alarmDescription(kind: AlarmKind): string {
  return `${ALARMS[kind].means} What to do: docs/operations.md#${kind}`;
}
