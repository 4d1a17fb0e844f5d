import type * as pulumi from "@pulumi/pulumi";
import { FUNCTION_MEMORY_MEGABYTES } from "../published-function.ts";
import { PRICES, taskHourCost } from "./cost.ts";
import { FAILURE_CAUSES } from "./failure-causes.ts";
import { type MetricName, metricParts } from "./metrics.ts";
import type { Watched } from "./watched.ts";

type Names = Watched["functions"];
/** One line, as CloudWatch's dashboards have it: namespace, metric, dimension, its value, options; or options alone, with an expression. */
type Line = readonly unknown[];

const WIDTH = 8;
const HEIGHT = 6;
const WIDGETS_PER_ROW = 24 / WIDTH;

/** Seconds to a point of the lines, and of the costs. */
const PERIOD = 300;
const HOUR = 3600;

/**
 * The body of the dashboard: what starts, ends and runs, what it took, what failed on its way, and what it costs. Standing
 * costs (endpoints, alarms, logs) are not in it.
 */
export function dashboardBody(watched: Watched, alarmArns: readonly pulumi.Input<string>[]): object {
  const { functions, durableFunctions: durable, scheduleGroups, clusterName } = watched;
  const graph = (title: string, metrics: readonly Line[], options: object = {}) => ({
    type: "metric",
    properties: { title, region: watched.place.region, view: "timeSeries", stat: "Sum", period: PERIOD, metrics, ...options },
  });
  const widgets = [
    { type: "alarm", properties: { title: "Alarms", alarms: alarmArns } },
    graph("Executions started", lines("AWS/Lambda DurableExecutionStarted", durable)),
    graph("Executions succeeded", lines("AWS/Lambda DurableExecutionSucceeded", durable)),
    graph("Executions failed, timed out, stopped", [
      ...lines("AWS/Lambda DurableExecutionFailed", durable, "failed"),
      ...lines("AWS/Lambda DurableExecutionTimedOut", durable, "timed out"),
      ...lines("AWS/Lambda DurableExecutionStopped", durable, "stopped"),
    ]),
    graph("Executions failed, by what the workflows report", [
      ...FAILURE_CAUSES.map((cause): Line => [...series("DurableWorkflows ExecutionsFailed", watched.stackName, cause), { label: cause }]),
      ...lines("DurableWorkflows FailuresReported", durable, "reported", { yAxis: "right" }),
    ]),
    graph("Failed invocations of functions", lines("AWS/Lambda Errors", functions)),
    graph("Executions running in the account", [
      [...series("AWS/Lambda ApproximateRunningDurableExecutions"), { label: "running" }],
      [...series("AWS/Lambda ApproximateRunningDurableExecutionsUtilization"), { label: "% of the quota", yAxis: "right" }],
    ], { stat: "Maximum" }),
    graph("Duration of executions, waits included (ms)", [
      ...lines("AWS/Lambda DurableExecutionDuration", durable, "median", { stat: "p50" }),
      ...lines("AWS/Lambda DurableExecutionDuration", durable, "longest", { stat: "Maximum" }),
    ]),
    graph("Most operations of one execution so far, of 3,000", [[...series("DurableWorkflows Operations", watched.stackName), { label: "operations" }]], { stat: "Maximum" }),
    graph("Job tasks running", [[...series("ECS/ContainerInsights TaskCount", clusterName), { label: "running" }]], { stat: "Maximum" }),
    graph("Job tasks failed", [
      [...series("AWS/Events Invocations", watched.failedRule), { label: "exit code other than 0" }],
      [...series("AWS/Events Invocations", watched.notStartedRule), { label: "not started" }],
    ]),
    graph("Starts by schedules", lines("AWS/Scheduler InvocationAttemptCount", scheduleGroups)),
    graph("Starts by schedules that failed", [
      ...lines("AWS/Scheduler TargetErrorCount", scheduleGroups, "error"),
      ...lines("AWS/Scheduler InvocationThrottleCount", scheduleGroups, "throttled"),
      ...lines("AWS/Scheduler InvocationDroppedCount", scheduleGroups, "dropped"),
      ...lines("AWS/Scheduler InvocationsSentToDeadLetterCount", scheduleGroups, "dead letter"),
    ]),
    graph("Schedules in the account", [[...series("AWS/Usage ResourceCount", "Scheduler", "None", "Resource", "ApproximateSchedule"), { label: "schedules" }]], { stat: "Maximum" }),
    graph("Dead letters waiting", lines("AWS/SQS ApproximateNumberOfMessagesVisible", watched.deadLetterQueues), { stat: "Maximum" }),
    graph("Throttled starts of functions", lines("AWS/Lambda Throttles", functions)),
    graph("Estimated cost, USD per hour", costLines(watched), { period: HOUR, stacked: true }),
  ];
  return { widgets: widgets.map((widget, index) => ({ ...widget, ...position(index) })) };
}

function position(index: number) {
  return { x: (index % WIDGETS_PER_ROW) * WIDTH, y: Math.floor(index / WIDGETS_PER_ROW) * HEIGHT, width: WIDTH, height: HEIGHT };
}

function series(metric: MetricName, ...values: readonly pulumi.Input<string>[]): Line {
  const { namespace, metricName, dimensions } = metricParts(metric);
  return [namespace, metricName, ...dimensions.flatMap((dimension, index) => [dimension, values[index]])];
}

/** One line for each name. */
function lines(metric: MetricName, names: Names, what = "", options: object = {}): Line[] {
  return Object.entries(names).map(([name, value]) => [...series(metric, value), { label: `${name} ${what}`.trim(), ...options }]);
}

/** What the expressions of the costs are made of: hidden, and known by their ids, which begin alike. */
function terms(id: string, metric: MetricName, names: Names): Line[] {
  return Object.values(names).map((value, index) => [...series(metric, value), { id: `${id}${index}`, visible: false }]);
}

function costLines(watched: Watched): Line[] {
  const { functions, durableFunctions: durable, clusterName } = watched;
  const cost = (label: string, quantity: string, price: number) => [{ label, expression: `${quantity} * ${price.toFixed(12)}` }];
  const gigabytes = FUNCTION_MEMORY_MEGABYTES / 1024;
  return [
    ...terms("operations", "AWS/Lambda DurableExecutionOperations", durable),
    ...terms("bytes", "AWS/Lambda DurableExecutionStorageWrittenBytes", durable),
    ...terms("requests", "AWS/Lambda Invocations", functions),
    ...terms("milliseconds", "AWS/Lambda Duration", functions),
    ...terms("tasks", "ECS/ContainerInsights TaskCount", { cluster: clusterName }),
    cost("durable operations", 'SUM(METRICS("operations"))', PRICES.durableOperation),
    cost("durable data written", 'SUM(METRICS("bytes"))', PRICES.durableGigabyteWritten / 1e9),
    cost("Lambda requests", 'SUM(METRICS("requests"))', PRICES.lambdaRequest),
    cost("Lambda duration", 'SUM(METRICS("milliseconds"))', (PRICES.lambdaGigabyteSecond * gigabytes) / 1000),
    // The number of tasks is reported once a minute: the sum of an hour is the tasks' minutes.
    cost("tasks", 'SUM(METRICS("tasks"))', taskHourCost(watched.settings) / 60),
  ];
}
