import { METRICS_NAMESPACE } from "../../functions/shared/metric-lines.ts";

/**
 * Every metric that is watched or drawn, with the dimensions it has: a misspelt metric is no error to CloudWatch, it just never
 * says anything. Names as AWS documents them (Lambda: "Monitoring durable functions"; Scheduler: "Monitoring with CloudWatch"
 * and "Usage metrics"; EventBridge: "Monitoring"; ECS: "Container Insights metrics"; SQS: "Available CloudWatch metrics"). Our own
 * are in the lines of functions/shared/metric-lines.ts.
 */
export const METRICS = {
  "AWS/Lambda": {
    // AWS does not document the dimensions of the durable metrics. FunctionName is what they are seen with in the field; the
    // two of the running executions, which measure against the account's quota, are seen without any.
    DurableExecutionStarted: ["FunctionName"],
    DurableExecutionSucceeded: ["FunctionName"],
    DurableExecutionFailed: ["FunctionName"],
    DurableExecutionTimedOut: ["FunctionName"],
    DurableExecutionStopped: ["FunctionName"],
    DurableExecutionDuration: ["FunctionName"],
    DurableExecutionOperations: ["FunctionName"],
    DurableExecutionStorageWrittenBytes: ["FunctionName"],
    ApproximateRunningDurableExecutions: [],
    ApproximateRunningDurableExecutionsUtilization: [],
    Invocations: ["FunctionName"],
    Errors: ["FunctionName"],
    Duration: ["FunctionName"],
    Throttles: ["FunctionName"],
  },
  "AWS/SQS": { ApproximateNumberOfMessagesVisible: ["QueueName"] },
  "AWS/Scheduler": {
    InvocationAttemptCount: ["ScheduleGroup"],
    TargetErrorCount: ["ScheduleGroup"],
    InvocationThrottleCount: ["ScheduleGroup"],
    InvocationDroppedCount: ["ScheduleGroup"],
    InvocationsSentToDeadLetterCount: ["ScheduleGroup"],
  },
  // For rules of the default bus, RuleName alone.
  "AWS/Events": { Invocations: ["RuleName"] },
  "ECS/ContainerInsights": { TaskCount: ["ClusterName"] },
  "AWS/Usage": { ResourceCount: ["Service", "Class", "Type", "Resource"] },
  [METRICS_NAMESPACE]: {
    Operations: ["Stack"],
    ExecutionsFailed: ["Stack", "Cause"],
    FailuresReported: ["FunctionName"],
  },
} as const;

type Namespace = keyof typeof METRICS;

/** A metric by namespace and name, such as `AWS/SQS ApproximateNumberOfMessagesVisible`. */
export type MetricName = { [N in Namespace]: `${N} ${keyof (typeof METRICS)[N] & string}` }[Namespace];

/** Splits a metric's name. */
export function metricParts(metric: MetricName): { readonly namespace: string; readonly metricName: string; readonly dimensions: readonly string[] } {
  const [namespace, metricName] = metric.split(" ") as [Namespace, never];
  return { namespace, metricName, dimensions: METRICS[namespace][metricName] };
}
