import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { METRICS_NAMESPACE } from "../../../functions/shared/metric-lines.ts";
import { output } from "../stack.ts";
import { type Answer, ask, type Observed } from "./answer.ts";
import { judgeDelay, judgeErrors, judgeOperations, judgeRunningSum, judgeTaskStart, judgeUsage, judgeWatchdog } from "./judgements.ts";
import { alarmSeries, countAlarms, dimensionSets, highestRecent, type Series, watchMetrics } from "./metrics.ts";
import { countExecutions, crashJob, runMath, startTasks } from "./runs.ts";

const SCHEDULER_USAGE = { Service: "Scheduler", Class: "None", Type: "Resource", Resource: "ApproximateSchedule" };

/** Asks a deployed stack what only an AWS account can answer: runs a few executions, then reads their metrics. */
export async function look(onProgress: (line: string) => void): Promise<Answer[]> {
  onProgress("Running math twice, three jobs, and reading alarms");
  const math = observeMath(onProgress);
  return Promise.all([
    ask("Does EventBridge invoke task-watchdog when a job's task crashes?", async () => judgeWatchdog(await crashJob())),
    ask("Does a task start under the conditions of its roles, and can it report?", async () => judgeTaskStart(await startTasks())),
    ask("Is the Sum of DurableExecutionOperations over an execution the number of its operations?", async () => {
      const { counted, statistics, dimensions } = await math;
      return judgeOperations(counted, statistics["operations"] ?? {}, dimensions);
    }),
    ask("Does an execution that returns FAILED count in Lambda's Errors?", async () => {
      const { counted, statistics } = await math;
      return judgeErrors(counted, statistics["errors"] ?? {}, statistics["failed"] ?? {});
    }),
    ask("How far apart are the metrics of a log line and Lambda's own for one failure?", async () => {
      const { secondsUntil } = await math;
      return judgeDelay({ reported: secondsUntil("reported"), failed: secondsUntil("failed") });
    }),
    ask("Does RUNNING_SUM over FILL, in the alarm failed-unexplained, compute and return to 0?", async () => {
      await math.catch(() => undefined); // Its failure is what the alarm sums up; without it, the expression can still be read.
      return judgeRunningSum(await alarmSeries(`${output("dashboardName")}-failed-unexplained`));
    }),
    ask("May the caller call DescribeAlarms for the stack's alarms? (Run it in the drift workflow for the drift role: only GitHub can assume that.)", describeAlarms),
    ask("Does the Scheduler's usage metric have the dimensions that the alarm schedules-near-quota names?", async () => {
      const dimensions = await dimensionSets("AWS/Usage", "ResourceCount", { Service: "Scheduler" });
      return judgeUsage(dimensions, await highestRecent({ namespace: "AWS/Usage", metricName: "ResourceCount", dimensions: SCHEDULER_USAGE }));
    }),
  ]);
}

async function describeAlarms(): Promise<Observed> {
  const { Arn: arn = "?" } = await new STSClient({}).send(new GetCallerIdentityCommand({}));
  const count = await countAlarms(`${output("dashboardName")}-`);
  return { answer: count > 0 ? "yes" : "unclear: the call is allowed, and returns no alarm", evidence: [`${count} alarms, as ${arn}`] };
}

async function observeMath(onProgress: (line: string) => void) {
  const runs = await runMath();
  const FunctionName = output("mathFunctionName");
  const lambda = (metricName: string): Series => ({ namespace: "AWS/Lambda", metricName, dimensions: { FunctionName } });
  const series = {
    operations: lambda("DurableExecutionOperations"),
    failed: lambda("DurableExecutionFailed"),
    errors: lambda("Errors"),
    reported: { namespace: METRICS_NAMESPACE, metricName: "FailuresReported", dimensions: { FunctionName } },
  };
  const { statistics, firstSeen } = await watchMetrics(series, runs.since, onProgress);
  const secondsUntil = (name: keyof typeof series) => {
    const seen = firstSeen[name];
    return seen === undefined ? undefined : (seen - runs.failedAt) / 1000;
  };
  // Somebody else may have started math while the metrics were awaited.
  const counted = { operations: runs.operations, executions: await countExecutions(runs.since) };
  return { counted, statistics, secondsUntil, dimensions: await dimensionSets("AWS/Lambda", "DurableExecutionOperations", {}) };
}
