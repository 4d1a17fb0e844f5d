import type * as pulumi from "@pulumi/pulumi";
import type { AlarmKind } from "./alarms.ts";
import { CAUSE_ALARMS, FAILURE_CAUSES } from "./failure-causes.ts";
import type { MetricName } from "./metrics.ts";
import type { Watched } from "./watched.ts";

/** A metric with the values of its dimensions, in the order in which metrics.ts has them. */
export interface Series {
  readonly metric: MetricName;
  readonly values: readonly pulumi.Input<string>[];
}

/** What an alarm adds up: a series, less another one where given. */
export interface Term {
  readonly plus: Series;
  readonly minus?: Series;
}

/** What each kind of alarm watches: all functions, queues or groups together, so that a cause rings once however many there are. */
export function alarmSubjects(watched: Watched): Readonly<Record<AlarmKind, readonly Term[]>> {
  const each = (metric: MetricName, names: Watched["functions"]): Term[] => Object.values(names).map((name) => ({ plus: series(metric, name) }));
  const failures = (kind: AlarmKind): Term[] =>
    FAILURE_CAUSES.filter((cause) => CAUSE_ALARMS[cause] === kind).map((cause) => ({ plus: series("DurableWorkflows ExecutionsFailed", watched.stackName, cause) }));
  return {
    "job-failed": failures("job-failed"),
    "tasks-lost": [...failures("tasks-lost"), { plus: series("AWS/Events Invocations", watched.notStartedRule) }],
    "workflow-error": failures("workflow-error"),
    "failed-unexplained": Object.values(watched.durableFunctions).map((name) => ({
      plus: series("AWS/Lambda DurableExecutionFailed", name),
      minus: series("DurableWorkflows FailuresReported", name),
    })),
    "execution-timed-out": each("AWS/Lambda DurableExecutionTimedOut", watched.durableFunctions),
    // A function that isn't durable has its events retried by Lambda, and then in its dead-letter queue.
    "invocation-errors": each("AWS/Lambda Errors", watched.durableFunctions),
    "operations-near-limit": [{ plus: series("DurableWorkflows Operations", watched.stackName) }],
    throttled: each("AWS/Lambda Throttles", watched.functions),
    "dead-letters": each("AWS/SQS ApproximateNumberOfMessagesVisible", watched.eventQueues),
    "schedule-dropped": each("AWS/Scheduler InvocationDroppedCount", watched.scheduleGroups),
    "running-near-quota": [{ plus: series("AWS/Lambda ApproximateRunningDurableExecutionsUtilization") }],
    // The four dimensions and their values: Scheduler User Guide, "Usage metrics".
    "schedules-near-quota": [{ plus: series("AWS/Usage ResourceCount", "Scheduler", "None", "Resource", "ApproximateSchedule") }],
  };
}

function series(metric: MetricName, ...values: readonly pulumi.Input<string>[]): Series {
  return { metric, values };
}
