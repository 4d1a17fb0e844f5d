import { CloudWatchClient, GetMetricDataCommand, type Metric, type MetricAlarm, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import assert from "node:assert/strict";
import { output, until } from "./stack.ts";

/** Metrics that have no value until something fails, nears a quota or waits in a queue. The others have one for each invocation. */
const SILENT_UNTIL_FAULT = new Set([
  "DurableExecutionFailed",
  "DurableExecutionTimedOut",
  "ApproximateRunningDurableExecutionsUtilization",
  "ExecutionsFailed",
  "FailuresReported",
  "Invocations", // of the rule for tasks that did not start
  "InvocationDroppedCount",
  "ApproximateNumberOfMessagesVisible",
  "ResourceCount",
]);

const HOUR_MS = 3_600_000;
/** Lambda's metrics and those of log lines come minutes after the invocations of the other specs. */
const DEADLINE_SECONDS = 800;

const isLocal = process.env["AWS_ENDPOINT_URL"] !== undefined;

describe("The alarms", () => {
  const cloudwatch = new CloudWatchClient({});

  async function describeAlarms(): Promise<MetricAlarm[]> {
    const found = [];
    const pages = paginateDescribeAlarms({ client: cloudwatch }, { AlarmNamePrefix: `${output("dashboardName")}-`, AlarmTypes: ["MetricAlarm"] });
    for await (const { MetricAlarms = [] } of pages) found.push(...MetricAlarms);
    return found;
  }

  const metricsOf = ({ Namespace, MetricName, Dimensions, Metrics = [] }: MetricAlarm): Metric[] => [
    ...(MetricName === undefined ? [] : [{ Namespace, MetricName, Dimensions }]),
    ...Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
  ];

  /** Whether one of the metrics has had a value within three hours. */
  async function haveValue(metrics: readonly Metric[]): Promise<boolean> {
    const range = { StartTime: new Date(Date.now() - 3 * HOUR_MS), EndTime: new Date() };
    const { MetricDataResults = [] } = await cloudwatch.send(
      new GetMetricDataCommand({ ...range, MetricDataQueries: metrics.map((metric, index) => ({ Id: `m${index}`, MetricStat: { Metric: metric, Period: HOUR_MS / 1000, Stat: "SampleCount" } })) }),
    );
    return MetricDataResults.some(({ Values = [] }) => Values.length > 0);
  }

  it("each notify the topic, and watch metrics that exist or are silent while nothing happens (AWS only: the local stack has no alarms)", async function () {
    if (isLocal) return this.skip();
    const alarms = await describeAlarms();
    assert.ok(alarms.length > 0, "the stack has alarms");
    for (const alarm of alarms) {
      assert.equal(alarm.ActionsEnabled, true, alarm.AlarmName);
      assert.deepEqual(alarm.AlarmActions, [output("alarmTopicArn")], alarm.AlarmName);
      // Such as an expression that CloudWatch cannot compute.
      assert.equal(alarm.EvaluationState, undefined, `${alarm.AlarmName}: ${alarm.StateReason}`);
      const metrics = metricsOf(alarm);
      assert.ok(metrics.length > 0, alarm.AlarmName);
      if (metrics.every(({ MetricName = "" }) => SILENT_UNTIL_FAULT.has(MetricName))) continue;
      await until(`a value of ${JSON.stringify(metrics)}`, async () => ((await haveValue(metrics)) ? true : undefined), DEADLINE_SECONDS);
    }
  });
});
