/**
 * Every metric that is watched or drawn, with the dimensions it has: a misspelt metric is no error to CloudWatch, it just never
 * says anything. Names as AWS documents them (Lambda: "Monitoring durable functions"; Scheduler: "Monitoring with CloudWatch"
 * and "Usage metrics"; EventBridge: "Monitoring"; ECS: "Container Insights metrics"; SQS: "Available CloudWatch metrics").
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
} as const;

type Namespace = keyof typeof METRICS;

/** A metric by namespace and name, such as `AWS/SQS ApproximateNumberOfMessagesVisible`. */
export type MetricName = { [N in Namespace]: `${N} ${keyof (typeof METRICS)[N] & string}` }[Namespace];

/** Splits a metric's name. */
export function metricParts(metric: MetricName): { readonly namespace: string; readonly metricName: string; readonly dimension: string | undefined } {
  const [namespace, metricName] = metric.split(" ") as [Namespace, never];
  return { namespace, metricName, dimension: (METRICS[namespace][metricName] as readonly string[])[0] };
}
