import { MAX_OPERATIONS } from "../poll-operations.ts";
import type { MetricName } from "./metrics.ts";

/** What rings, and from when on. */
export interface AlarmRule {
  readonly metric: MetricName;
  readonly statistic: "Sum" | "Maximum";
  /** Rings when the statistic is above this over five minutes. */
  readonly above: number;
  /** Of the last so many spans of five minutes, so many must be above. One of one where left out. */
  readonly spans?: { readonly of: number; readonly above: number };
  /** For a person who was just woken. */
  readonly means: string;
}

const MAX_STORAGE_BYTES = 100_000_000;

/**
 * Every kind of alarm: what needs a person, and nothing else. The key is the anchor of its section in docs/operations.md, and
 * the end of the name of each alarm of its kind: `report-execution-failed`.
 */
export const ALARMS = {
  "execution-failed": {
    metric: "AWS/Lambda DurableExecutionFailed",
    statistic: "Sum",
    above: 0,
    means: "An execution ended as FAILED: its input was wrong, its job failed, or all attempts at the job were lost.",
  },
  "execution-timed-out": {
    metric: "AWS/Lambda DurableExecutionTimedOut",
    statistic: "Sum",
    above: 0,
    means: "An execution reached its execution time-out. Workflows give up earlier by themselves, so something waits that nobody will end.",
  },
  "operations-near-limit": {
    metric: "AWS/Lambda DurableExecutionOperations",
    statistic: "Maximum",
    above: 0.8 * MAX_OPERATIONS,
    means: "An execution has used more than 2,400 of its 3,000 operations. At 3,000 it fails.",
  },
  "storage-near-limit": {
    metric: "AWS/Lambda DurableExecutionStorageWrittenBytes",
    statistic: "Maximum",
    above: 0.8 * MAX_STORAGE_BYTES,
    means: "An execution has written more than 80 of its 100 MB. At 100 MB it fails.",
  },
  throttled: {
    metric: "AWS/Lambda Throttles",
    statistic: "Sum",
    above: 0,
    // A short burst is retried by whoever starts the function.
    spans: { of: 3, above: 2 },
    means: "Lambda refuses starts of the function: the account's concurrency is used up. Asynchronous starts are retried for six hours.",
  },
  "dead-letters": {
    metric: "AWS/SQS ApproximateNumberOfMessagesVisible",
    statistic: "Maximum",
    above: 0,
    means: "Something could not be delivered, or an execution started by an event ended badly. It is kept in the queue for two weeks, and nothing tries it again.",
  },
  "schedule-target-errors": {
    metric: "AWS/Scheduler TargetErrorCount",
    statistic: "Sum",
    above: 0,
    means: "The Scheduler could not start a function. It tries again; if it gives up, the start is in the dead-letter queue.",
  },
  "schedule-dropped": {
    metric: "AWS/Scheduler InvocationDroppedCount",
    statistic: "Sum",
    above: 0,
    means: "The Scheduler gave a start up: a report or a reminder did not happen.",
  },
  "task-not-started": {
    metric: "AWS/Events Invocations",
    statistic: "Sum",
    above: 0,
    means: "ECS could not start a job's task: image, network, role or capacity. It is tried again up to jobMaxAttempts; the event, with the reason, is in the queue of task failures.",
  },
  "running-near-quota": {
    metric: "AWS/Lambda ApproximateRunningDurableExecutionsUtilization",
    statistic: "Maximum",
    above: 80,
    means: "More than 80 % of the durable executions that the account may run at a time are running, those of other stacks included. At 100 % nothing can start.",
  },
} as const satisfies Readonly<Record<string, AlarmRule>>;

/** One more, which is a query: the name of the metric's dimension is not known. */
export const SCHEDULES_ALARM = {
  name: "schedules-near-quota",
  /** AWS documents that the Scheduler reports how many of its resources there are, but not what it calls schedules: so the largest of all. */
  query: `SELECT MAX(ResourceCount) FROM SCHEMA("AWS/Usage", Class, Resource, Service, "Type") WHERE Service = 'Scheduler' AND "Type" = 'Resource'`,
  /** Of 10 million in an account and Region, the default quota in November 2026. It was one million before, and an account's own may still be. */
  above: 800_000,
  means: "There are more than 800,000 schedules in the account. The quota is 10 million by default; at it, create-reminder fails.",
} as const;

export type AlarmKind = keyof typeof ALARMS;

/** All names of kinds: the sections of the runbook. */
export const ALARM_KINDS: readonly string[] = [...Object.keys(ALARMS), SCHEDULES_ALARM.name];

/** What an alarm's message says. */
export function alarmDescription(kind: string, means: string): string {
  return `${means} What to do: docs/operations.md#${kind}`;
}
