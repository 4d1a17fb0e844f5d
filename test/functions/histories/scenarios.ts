import "../environment.ts";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { ConflictException, ResourceNotFoundException, SchedulerClient } from "@aws-sdk/client-scheduler";
import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { createHandler as callbackJob } from "../../../functions/callback-job/handler.ts";
import { createHandler as createReminder } from "../../../functions/create-reminder/handler.ts";
import { createHandler as dispatchJob } from "../../../functions/dispatch-job/handler.ts";
import { createHandler as pollJob } from "../../../functions/poll-job/handler.ts";
import { createHandler as reminder } from "../../../functions/reminder/handler.ts";
import { createHandler as report } from "../../../functions/report/handler.ts";
import { idempotencyToken } from "../../../functions/shared/execution.ts";
import { FUNCTION_NAMES, type FunctionName, WORKFLOWS } from "../../../infra/workflows.ts";
import { fillExample } from "../../../operator/example.ts";
import { exited, FakeEcs, type FakeTask, interrupted, notPlaced } from "../fake-ecs.ts";
import { awsError, scripted } from "../scripted-client.ts";
import { taskEnvironment } from "../task-environment.ts";
import { type Answer, EXECUTION_ARN } from "./execution-state.ts";

/** An execution of one of the workflows. */
export interface Scenario {
  readonly payload: unknown;
  /** The handler with an AWS of its own, and how often that has been called. */
  readonly prepare: () => { readonly handler: DurableLambdaHandler; readonly calls: () => number };
  /** What comes back to the callbacks, in order. */
  readonly answers?: readonly Answer[];
}

const job = { message: "hello", processingTime: 5 };
const jobEnvironment = { ...taskEnvironment, JOB_MAX_ATTEMPTS: 2 };
const alone = (handler: DurableLambdaHandler) => () => ({ handler, calls: () => 0 });

/** Token of an execution's first try, which tells that try from later ones wherever a replay begins. */
const FIRST_TRY = idempotencyToken(EXECUTION_ARN, "run-task");

/** @param refused whether ECS has no capacity for the first try */
function ecsWith(refused: boolean, becomes?: ConstructorParameters<typeof FakeEcs>[0]): FakeEcs {
  const ecs = new FakeEcs(becomes);
  ecs.answer = (_operation, _call, { clientToken }) => (refused && clientToken === FIRST_TRY ? { failures: [{ reason: "RESOURCE:CPU" }] } : undefined);
  return ecs;
}

/** A job whose tasks become this, by their number from 1. */
const polled = (becomes: ConstructorParameters<typeof FakeEcs>[0], refused = false) => () => {
  const ecs = ecsWith(refused, becomes);
  return { handler: pollJob({ ecs: ecs.client, environment: jobEnvironment }), calls: () => ecs.calls.length };
};

/** What task-watchdog completes the callback of a task with. */
const stopOf = (task: number, { exitCode, stopCode, stoppedReason, stoppedAt }: Partial<FakeTask>): Answer => ({
  result: JSON.stringify({ taskArn: `arn:aws:ecs:eu-central-1:111122223333:task/jobs/${task}`, exitCode, stopCode, stoppedReason, stoppedAt: stoppedAt?.toISOString() }),
});

const calledBack = (refused = false, becomes?: ConstructorParameters<typeof FakeEcs>[0]) => () => {
  const ecs = ecsWith(refused, becomes);
  const lambda = scripted(new LambdaClient({}), () => ({}));
  return { handler: callbackJob({ ecs: ecs.client, lambda, environment: { ...jobEnvironment, HEARTBEAT_TIMEOUT_SECONDS: 60 } }), calls: () => ecs.calls.length };
};

const dispatched = (forbidden: boolean, refused = false) => () => {
  const ecs = ecsWith(refused);
  ecs.before = () => {
    if (forbidden) throw awsError("AccessDeniedException", 403);
  };
  let writes = 0;
  const dynamodb = scripted(new DynamoDBClient({}), () => {
    writes += 1;
    return {};
  });
  return { handler: dispatchJob({ ecs: ecs.client, dynamodb, environment: { ...jobEnvironment, JOB_TABLE_NAME: "jobs", JOB_RECORD_TTL_DAYS: 30 } }), calls: () => ecs.calls.length + writes };
};

const NOW = Date.parse("2026-01-01T00:00:00Z");
const firstToken = idempotencyToken(EXECUTION_ARN, "create-schedule");

/** A Scheduler in which the first attempt to create the schedule meets one for this time; null is one that is deleted before it can be read. */
const scheduled = (existingAt?: string | null) => () => {
  let calls = 0;
  const scheduler = scripted(new SchedulerClient({}), (operation, { ClientToken }) => {
    calls += 1;
    const metadata = { message: operation, Message: operation, $metadata: {} };
    if (operation === "CreateSchedule" && existingAt !== undefined && ClientToken === firstToken) throw new ConflictException(metadata);
    if (operation === "GetSchedule" && existingAt === null) throw new ResourceNotFoundException(metadata);
    return { ScheduleArn: "arn:schedule", Arn: "arn:schedule", ScheduleExpression: `at(${String(existingAt)})`, ScheduleExpressionTimezone: "UTC" };
  });
  const environment = { SCHEDULE_GROUP_NAME: "reminders", SCHEDULE_ROLE_ARN: "arn:role", REMINDER_ARN: "arn:reminder:live", SCHEDULE_DEAD_LETTER_QUEUE_ARN: "arn:queue" };
  return { handler: createReminder({ scheduler, environment, now: () => NOW }), calls: () => calls };
};

/** A table that has no item yet. */
const stored = (createHandler: typeof report | typeof reminder) => () => {
  let calls = 0;
  let item: unknown;
  const dynamodb = scripted(new DynamoDBClient({}), (_operation, input) => {
    calls += 1;
    item = input["Item"] ?? item;
    return { Item: item };
  });
  return { handler: createHandler({ dynamodb, environment: { OCCURRENCE_TABLE_NAME: "occurrences", OCCURRENCE_TTL_DAYS: 400 } }), calls: () => calls };
};

const aReminder = { key: "tea", at: "2999-01-31T09:00:00", timeZone: "UTC", payload: { text: "Tea is ready" } };

/** What a workflow that calls AWS meets there. A workflow that is not here runs as its folder exports it, and its callbacks time out. */
const WORLDS: Readonly<Record<string, Omit<Scenario, "payload">>> = {
  report: { prepare: stored(report) },
  "poll-job": { prepare: polled(() => exited(0)) },
  "callback-job": { prepare: calledBack(), answers: [{ result: '{"message":"hello"}' }] },
  "dispatch-job": { prepare: dispatched(false) },
  "create-reminder": { prepare: scheduled() },
  reminder: { prepare: stored(reminder) },
};

const exported = async (name: FunctionName) => ((await import(`../../../functions/${name}/handler.ts`)) as { readonly handler: DurableLambdaHandler }).handler;

/** Every workflow with its first example. */
const examples = await Promise.all(
  FUNCTION_NAMES.filter((name) => WORKFLOWS[name].durable !== false).map(async (name): Promise<[string, Scenario]> => {
    const payload = fillExample(WORKFLOWS[name].examples[0]?.input, NOW, "1");
    return [name, { payload, ...(WORLDS[name] ?? { prepare: alone(await exported(name)) }) }];
  }),
);

/** Every way that a workflow can go whose operations differ, by the file that it is recorded in. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...Object.fromEntries(examples),
  "math-divided-by-zero": { payload: { num1: 1, num2: 0 }, prepare: alone(await exported("math")) },
  "poll-job-by-event": { payload: job, prepare: polled(() => ({})), answers: [stopOf(1, exited(0))] },
  "poll-job-by-event-lost-once": { payload: job, prepare: polled(() => ({})), answers: [stopOf(1, interrupted), stopOf(2, exited(0))] },
  "poll-job-lost-once": { payload: job, prepare: polled((task) => (task === 1 ? interrupted : exited(0))) },
  "poll-job-refused-once": { payload: job, prepare: polled(() => exited(0), true) },
  "poll-job-not-placed-once": { payload: job, prepare: polled((_task, token) => (token === FIRST_TRY ? notPlaced : exited(0))) },
  "poll-job-given-up": { payload: job, prepare: polled(() => ({})) },
  "callback-job-lost-once": { payload: job, prepare: calledBack(false, (task) => (task === 1 ? interrupted : {})), answers: [{ errorType: "JobLost", errorMessage: "host gone" }, { result: "1" }] },
  "callback-job-refused-once": { payload: job, prepare: calledBack(true), answers: [{ errorType: "NotStarted", errorMessage: "RESOURCE:CPU" }, { result: "1" }] },
  "callback-job-terminated": { payload: job, prepare: calledBack(), answers: [{ errorType: "JobTerminated", errorMessage: "told to stop" }] },
  "dispatch-job-refused-once": { payload: job, prepare: dispatched(false, true) },
  "dispatch-job-refused": { payload: job, prepare: dispatched(true) },
  "create-reminder-there-already": { payload: aReminder, prepare: scheduled("2999-01-31T09:00:00") },
  "create-reminder-fired-before": { payload: aReminder, prepare: scheduled("2025-01-31T09:00:00") },
  "create-reminder-deleted-meanwhile": { payload: aReminder, prepare: scheduled(null) },
};
