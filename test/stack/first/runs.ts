import { CloudWatchLogsClient, paginateFilterLogEvents, ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { GetDurableExecutionCommand, paginateGetDurableExecutionHistory, paginateListDurableExecutionsByFunction, type Event } from "@aws-sdk/client-lambda";
import { setTimeout as sleep } from "node:timers/promises";
import { readOperations } from "../../../cli/client/operations.ts";
import { ecs, finish, job, lambda, output, start } from "../stack.ts";
import type { Counted, CrashedJob, Ended, StartedTask } from "./judgements.ts";

const logs = new CloudWatchLogsClient({});

/** Long enough that callback-job waits for the callback, not for the task's start, when the task stops. */
const CRASH = { ...job, processingTime: 20, fail: { exitCode: 3 } };

/** Runs a job that crashes without a report. */
export async function crashJob(): Promise<CrashedJob> {
  const since = Date.now();
  const executionArn = await start("callbackJobAliasArn", CRASH);
  const { status, error } = await finish(executionArn);
  const [{ EndTimestamp: endedAt }, stoppedAt] = await Promise.all([lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: executionArn })), stopOfTask(executionArn)]);
  const secondsAfterStop = endedAt === undefined || stoppedAt === undefined ? undefined : (endedAt.getTime() - stoppedAt.getTime()) / 1000;
  return { status, error, secondsAfterStop, watchdogLines: await countLines(output("taskWatchdogLogGroupName"), since) };
}

async function stopOfTask(executionArn: string): Promise<Date | undefined> {
  const cluster = output("clusterArn");
  const startedBy = executionArn.slice(executionArn.lastIndexOf("/") + 1);
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, startedBy, desiredStatus: "STOPPED" }));
  if (taskArns.length === 0) return undefined;
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
  return tasks[0]?.executionStoppedAt ?? tasks[0]?.stoppedAt;
}

/** Runs a job by each of the ways that need the roles of its task. */
export async function startTasks(): Promise<StartedTask> {
  const since = Date.now();
  const end = async (alias: string): Promise<Ended> => finish(await start(alias, job));
  const [polled, reported] = await Promise.all([end("pollJobAliasArn"), end("callbackJobAliasArn")]);
  return { polled, reported, jobLines: await countLines(output("jobLogGroupName"), since) };
}

export interface MathRuns extends Counted {
  /** Epoch milliseconds. */
  readonly since: number;
  /** End of the execution that returned FAILED. */
  readonly failedAt: number;
}

/** Runs `math` once to success and once to failure: fast, without a task, and started by nobody else. */
export async function runMath(): Promise<MathRuns> {
  const since = Date.now();
  const arns = [await start("mathAliasArn", { num1: 10, num2: 5 }), await start("mathAliasArn", { num1: "ten" })];
  const [, failed] = await Promise.all(arns.map((arn) => finish(arn)));
  if (failed?.status !== "FAILED") throw new Error(`math with bad input ended as ${failed?.status ?? "?"}`);
  const operations = await Promise.all(arns.map(async (arn) => readOperations(await history(arn), 1).billedOperations));
  return { since, failedAt: Date.now(), executions: await countExecutions(since), operations: operations.reduce((sum, count) => sum + count, 0) };
}

async function history(executionArn: string): Promise<Event[]> {
  const events: Event[] = [];
  for await (const page of paginateGetDurableExecutionHistory({ client: lambda }, { DurableExecutionArn: executionArn })) events.push(...(page.Events ?? []));
  return events;
}

/** Executions of `math` that started since a time, whoever started them. */
export async function countExecutions(since: number): Promise<number> {
  let count = 0;
  // A minute's metrics hold what began with the minute.
  const StartedAfter = new Date(Math.floor(since / 60_000) * 60_000);
  for await (const { DurableExecutions = [] } of paginateListDurableExecutionsByFunction({ client: lambda }, { FunctionName: output("mathFunctionName"), StartedAfter })) count += DurableExecutions.length;
  return count;
}

/** CloudWatch Logs shows lines some seconds after they were written. */
const LINES_DEADLINE_MS = 120_000;

async function countLines(logGroupName: string, startTime: number): Promise<number> {
  const deadline = Date.now() + LINES_DEADLINE_MS;
  for (;;) {
    const count = await readLines(logGroupName, startTime);
    if (count > 0 || Date.now() > deadline) return count;
    await sleep(5_000);
  }
}

async function readLines(logGroupName: string, startTime: number): Promise<number> {
  let count = 0;
  try {
    for await (const { events = [] } of paginateFilterLogEvents({ client: logs }, { logGroupName, startTime })) count += events.length;
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  return count;
}
