import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeTasksCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { ListDurableExecutionsByFunctionCommand, StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, ResourceNotFoundException } from "@aws-sdk/client-scheduler";
import * as assert from "node:assert/strict";
import { Temporal } from "temporal-polyfill";
import * as z from "zod";
import type { TourContext } from "./context.ts";
import { followExecution, startExecution, until, type FinishedExecution } from "./executions.ts";

export interface CaseOutcome {
  readonly execution: FinishedExecution;
  /** The part of the result worth a line. */
  readonly summary: string;
}

/** One visit of the tour: a workflow on real input, and what it must have done. */
export interface TourCase {
  readonly title: string;
  /** @throws Error when the workflow did not do what it should */
  run(context: TourContext, report: (line: string) => void): Promise<CaseOutcome>;
}

const REACTION_MS = 5_000;
const JOB_DEADLINE_MS = 30_000;

export const tourCases: readonly TourCase[] = [
  {
    title: "math: 10 and 5",
    async run(context, report) {
      const execution = await succeed(context, "math", { num1: 10, num2: 5 }, report);
      const { results } = z.object({ results: z.record(z.string(), z.number()) }).parse(execution.result);
      assert.deepEqual(results, { add: 15, subtract: 5, multiply: 50, divide: 2 });
      return { execution, summary: JSON.stringify(results) };
    },
  },
  {
    title: "math: division by zero is one failed branch",
    async run(context, report) {
      const execution = await succeed(context, "math", { num1: 10, num2: 0 }, report);
      const answer = z
        .object({ status: z.literal("FAILED"), successCount: z.literal(3), failureCount: z.literal(1), failed: z.tuple([z.object({ operation: z.literal("divide") })]) })
        .parse(execution.result);
      return { execution, summary: `${answer.failed[0].operation} failed, ${answer.successCount} succeeded` };
    },
  },
  {
    title: "report: fetch, wait 10 s, process",
    async run(context, report) {
      const execution = await succeed(context, "report", {}, report);
      const { total, source } = z.object({ total: z.number(), source: z.string() }).parse(execution.result);
      return { execution, summary: `total ${total} from ${source}` };
    },
  },
  {
    title: "poll-job: a job of 2 s",
    async run(context, report) {
      const execution = await succeed(context, "pollJob", { message: "hello", processingTime: 2 }, report);
      const { exitCode, attempts } = z.object({ exitCode: z.literal(0), attempts: z.literal(1) }).parse(execution.result);
      return { execution, summary: `exit code ${exitCode}, ${attempts} attempt` };
    },
  },
  {
    title: "poll-job: a job that exits 3 fails the execution",
    run: (context, report) => failWith(context, "pollJob", { message: "hello", processingTime: 0, fail: { exitCode: 3 } }, /3.*Essential container/s, report),
  },
  {
    title: "callback-job: a job of 2 s",
    async run(context, report) {
      const execution = await succeed(context, "callbackJob", { message: "hello", processingTime: 2 }, report);
      const result = z.looseObject({ message: z.string() }).parse(execution.result);
      return { execution, summary: JSON.stringify(result) };
    },
  },
  {
    title: "callback-job: a job that reports an error",
    run: (context, report) =>
      failWith(context, "callbackJob", { message: "hello", processingTime: 1, fail: { exitCode: 4, error: "out of paper" } }, /out of paper/, report),
  },
  {
    title: "callback-job: a job that just dies, told by task-watchdog",
    run: (context, report) => failWith(context, "callbackJob", { message: "hello", processingTime: 1, fail: { exitCode: 3 } }, /3.*Essential container/s, report),
  },
  {
    title: "callback-job: stopped while its task runs, cleaned up by task-watchdog",
    run: stopWhileTaskRuns,
  },
  {
    title: "dispatch-job: a job of 1 s, answered by its record",
    run: (context, report) => dispatch(context, { message: "hello", processingTime: 1 }, "SUCCEEDED", report),
  },
  {
    title: "dispatch-job: a job that just dies, recorded by task-watchdog",
    run: (context, report) => dispatch(context, { message: "hello", processingTime: 0, fail: { exitCode: 3 } }, "FAILED", report),
  },
  {
    title: "create-reminder and reminder: in 5 s, once",
    run: remind,
  },
];

async function execute(context: TourContext, functionKey: string, input: unknown, report: (line: string) => void): Promise<FinishedExecution> {
  return followExecution(context, await startExecution(context, functionKey, input), report);
}

async function succeed(context: TourContext, functionKey: string, input: unknown, report: (line: string) => void): Promise<FinishedExecution> {
  const execution = await execute(context, functionKey, input, report);
  assert.equal(execution.status, "SUCCEEDED", execution.error?.message);
  return execution;
}

async function failWith(
  context: TourContext,
  functionKey: string,
  input: unknown,
  message: RegExp,
  report: (line: string) => void,
): Promise<CaseOutcome> {
  const execution = await execute(context, functionKey, input, report);
  assert.equal(execution.status, "FAILED");
  assert.equal(execution.error?.type, "JobFailed");
  assert.match(execution.error.message, message);
  return { execution, summary: `${execution.error.type}: ${execution.error.message}` };
}

async function stopWhileTaskRuns(context: TourContext, report: (line: string) => void): Promise<CaseOutcome> {
  const { lambda, ecs } = context;
  const cluster = context.output("clusterArn");
  const executionArn = await startExecution(context, "callbackJob", { message: "hello", processingTime: 600 });
  const startedBy = executionArn.slice(executionArn.lastIndexOf("/") + 1);
  report("waiting for its task to run");
  const task = await until("the task runs", JOB_DEADLINE_MS, async () => {
    const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, startedBy }));
    const [taskArn] = taskArns ?? [];
    return taskArn !== undefined && (await lastStatus(context, taskArn)) === "RUNNING" ? taskArn : undefined;
  });
  await lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: executionArn, Error: { ErrorType: "Tour", ErrorMessage: "Stopped by the tour" } }));
  const stopped = Date.now();
  report("stopped; waiting for task-watchdog to stop the task");
  await until("the task is stopped", REACTION_MS, async () => ((await lastStatus(context, task)) === "STOPPED" ? true : undefined));
  const seconds = ((Date.now() - stopped) / 1000).toFixed(1);
  const execution = await followExecution(context, executionArn, report);
  assert.equal(execution.status, "STOPPED");
  return { execution, summary: `task stopped ${seconds} s after the execution` };
}

async function lastStatus({ ecs, output }: TourContext, taskArn: string): Promise<string | undefined> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: output("clusterArn"), tasks: [taskArn] }));
  return tasks?.[0]?.lastStatus;
}

async function dispatch(context: TourContext, input: unknown, expected: "SUCCEEDED" | "FAILED", report: (line: string) => void): Promise<CaseOutcome> {
  const execution = await succeed(context, "dispatchJob", input, report);
  const { jobId } = z.object({ jobId: z.string() }).parse(execution.result);
  report(`dispatched; waiting for the record of job ${jobId}`);
  const record = await until(`the record of job ${jobId} is ${expected}`, JOB_DEADLINE_MS, async () => {
    const { Item: item } = await context.dynamodb.send(
      new GetItemCommand({ TableName: context.output("jobTableName"), Key: { jobId: { S: jobId } }, ConsistentRead: true }),
    );
    return item?.status?.S === expected ? item : undefined;
  });
  const detail = record.error?.M?.errorMessage?.S;
  return { execution, summary: `record ${expected}${detail === undefined ? "" : `: ${detail}`}` };
}

async function remind(context: TourContext, report: (line: string) => void): Promise<CaseOutcome> {
  const key = `tour-${Date.now()}`;
  const at = Temporal.Now.plainDateTimeISO("UTC").add({ seconds: 5 }).round("second");
  const execution = await succeed(context, "createReminder", { key, at: at.toString(), payload: { from: "tour" } }, report);
  z.object({ scheduleArn: z.string(), created: z.literal(true) }).parse(execution.result);
  report(`waiting for the reminder at ${at.toString()} UTC`);
  const reminder = await until("the reminder has run", JOB_DEADLINE_MS, () => reminderOf(context, key, report));
  const gone = await context.scheduler
    .send(new GetScheduleCommand({ GroupName: context.output("reminderScheduleGroupName"), Name: key }))
    .then(() => false)
    .catch((error: unknown) => error instanceof ResourceNotFoundException);
  assert.ok(gone, "the schedule deletes itself");
  const { payload } = z.object({ payload: z.json() }).parse(reminder.result);
  return { execution: reminder, summary: `delivered ${JSON.stringify(payload)}, schedule gone` };
}

async function reminderOf(context: TourContext, key: string, report: (line: string) => void): Promise<FinishedExecution | undefined> {
  const { lambda, output } = context;
  const { DurableExecutions: executions } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({ FunctionName: output("reminderFunctionName"), Qualifier: output("reminderVersion") }),
  );
  for (const { DurableExecutionArn: executionArn } of executions ?? []) {
    if (executionArn === undefined) continue;
    const execution = await followExecution(context, executionArn, report);
    const { data } = z.object({ key: z.literal(key) }).safeParse(execution.result);
    if (data !== undefined) return execution;
  }
  return undefined;
}
