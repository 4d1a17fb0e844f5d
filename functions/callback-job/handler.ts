import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { CallbackTimeoutError, type DurableContext, type DurablePromise, retryPresets } from "@aws/durable-execution-sdk-js";
import type * as z from "zod";
import { taskClientConfiguration } from "../shared/clients.ts";
import { durableHandler } from "../shared/durable-handler.ts";
import { maxAttempts, parseEnvironment, taskEnvironment, wholeSeconds } from "../shared/environment.ts";
import { unwrapOperationError, WorkflowError } from "../shared/errors.ts";
import { START_ALLOWANCE_SECONDS } from "../../container/kit/contract.ts";
import { environmentOf, type JobEnvironment } from "../shared/job-environment.ts";
import { startPlan, STOP_DEADLINE_SECONDS, STOP_PLAN } from "../shared/poll-plan.ts";
import { isStoppedByUser, outcomeOf, outcomeOfOverdue, outcomeOfSilent, type StoppedTask } from "../shared/stopped-task.ts";
import { TaskSteps } from "../shared/task-steps.ts";
import { closeCallback, sendHeartbeat } from "./callback.ts";
import { callbackJobInput } from "./input.ts";

const callbackJobEnvironment = taskEnvironment.extend({
  JOB_MAX_ATTEMPTS: maxAttempts,
  HEARTBEAT_TIMEOUT_SECONDS: wholeSeconds,
});

type SharedEnvironment = z.output<typeof callbackJobEnvironment>;
type Environment = JobEnvironment<SharedEnvironment>;

interface Dependencies {
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
  readonly environment: SharedEnvironment;
}

/** How an attempt at the job ended, unless it failed. */
type End = { readonly result: string } | { readonly lost: string; readonly task?: StoppedTask };

/**
 * Runs a job as a task and, once it has started, stays suspended without a poll until the job reports. Its result is what the job reported.
 * For a job that reports by its exit code alone, task-watchdog completes the callback.
 */
export const createHandler = ({ ecs, lambda, environment: shared }: Dependencies) =>
  durableHandler(callbackJobInput(shared.JOB_TIME_LIMIT_SECONDS), async (request, context): Promise<unknown> => {
    const environment = environmentOf(shared, request.job);
    const steps = new TaskSteps(context, ecs, environment);
    for (let attempt = 1; ; ) {
      const { taskArn, reported, keepOpen } = await steps.start(attempt, request, () => openCallback(context, lambda, environment));
      // The callback waits for heartbeats from its creation on, and a task takes longer to start than a job may stay silent.
      if (environment.REPORTS) await steps.awaitStart(taskArn, startPlan(environment.HEARTBEAT_TIMEOUT_SECONDS), keepOpen);
      const end = await awaitReport(reported, taskArn, steps, context, environment);
      if ("result" in end) {
        return parseResult(end.result);
      }
      if (end.task !== undefined && (await steps.awaitCapacityAfter(end.task))) {
        continue;
      }
      context.logger.warn(end.lost, { taskArn, attempt });
      if (attempt >= environment.JOB_MAX_ATTEMPTS) {
        throw new WorkflowError("JobLost", `${end.lost}, after ${attempt} of ${environment.JOB_MAX_ATTEMPTS} attempts`);
      }
      attempt++;
    }
  });

/** A callback for one try: its heartbeat time-out cannot be put off while the execution waits for capacity. */
async function openCallback(context: DurableContext, lambda: LambdaClient, environment: Environment) {
  const [reported, callbackId] = await context.createCallback("job-report", {
    timeout: { seconds: environment.JOB_TIME_LIMIT_SECONDS + START_ALLOWANCE_SECONDS },
    // Nobody sends heartbeats for a job without the kit: its time limit is all that ends it.
    ...(environment.REPORTS && { heartbeatTimeout: { seconds: environment.HEARTBEAT_TIMEOUT_SECONDS } }),
  });
  return {
    reported,
    report: { to: "callback", callbackId } as const,
    keepOpen: () => sendHeartbeat(lambda, callbackId, context.logger),
    // A step of its own, after the refusal is recorded: a repeated `run-task` would start a task whose callback is closed.
    close: (reason: string) =>
      context.step("close-callback", () => closeCallback(lambda, callbackId, reason, context.logger), { retryStrategy: retryPresets.noRetry }),
  };
}

/** @returns the job's report, or why the job was lost to the platform @throws WorkflowError when the job must not be run again */
async function awaitReport(
  reported: DurablePromise<string>,
  taskArn: string,
  steps: TaskSteps,
  context: DurableContext,
  environment: Environment,
): Promise<End> {
  try {
    return { result: await reported };
  } catch (error) {
    if (error instanceof CallbackTimeoutError) {
      return stopSilent(error, taskArn, steps, environment);
    }
    const failure = unwrapOperationError(error);
    const { name, message } = failure instanceof Error ? failure : new Error(String(failure));
    context.logger.warn("The job reported a failure", { taskArn, errorType: name, errorMessage: message });
    switch (name) {
      case "JobLost":
      case "JobTerminated":
        return readEnd(name, message, taskArn, steps);
      case "JobTimedOut":
        throw new WorkflowError("JobTimedOut", message);
      default:
        throw new WorkflowError("JobFailed", message);
    }
  }
}

/** Stops a job that sent no heartbeat, or ran for too long, and reads how its task ended before it judges: it may have ended long ago. */
async function stopSilent(error: CallbackTimeoutError, taskArn: string, steps: TaskSteps, environment: Environment): Promise<End> {
  await steps.stop(taskArn, "callback-job gave up");
  const task = await steps.awaitStop(taskArn, STOP_PLAN, STOP_DEADLINE_SECONDS);
  const overall = error.cause?.name === "Callback.Timeout";
  const reason = overall
    ? `No report within the time limit of ${environment.JOB_TIME_LIMIT_SECONDS} s`
    : `No heartbeat for ${environment.HEARTBEAT_TIMEOUT_SECONDS} s`;
  if (task === "forgotten" || task === "unknown") {
    return { lost: `${reason}: ECS no longer knows how the task ended` };
  }
  if (task === "running") {
    throw new WorkflowError("JobTimedOut", `${reason}; the task was told to stop`);
  }
  if (task.startedAt === undefined) {
    return { lost: `${reason}: the task had not started`, task };
  }
  if (!environment.REPORTS && task.exitCode === 0 && !isStoppedByUser(task)) {
    // The event that reports it did not arrive.
    return { result: JSON.stringify({ exitCode: 0 }) };
  }
  const outcome = overall ? outcomeOfOverdue(task) : outcomeOfSilent(task);
  switch (outcome.kind) {
    case "lost":
      return { lost: `${reason}: ${outcome.message}`, task };
    case "failed":
      throw new WorkflowError("JobFailed", outcome.message);
    default:
      throw new WorkflowError("JobTimedOut", `${reason}; the task was stopped`);
  }
}

/** The job was lost, or was told to stop and reported that: only ECS knows how and by whom. */
async function readEnd(reported: "JobLost" | "JobTerminated", message: string, taskArn: string, steps: TaskSteps): Promise<End> {
  const task = await steps.awaitStop(taskArn, STOP_PLAN, STOP_DEADLINE_SECONDS);
  if (reported === "JobLost") {
    return { lost: message, ...(typeof task !== "string" && { task }) };
  }
  const outcome = typeof task === "string" ? undefined : outcomeOf(task);
  if (outcome?.kind === "lost") {
    return { lost: outcome.message };
  }
  throw new WorkflowError("JobFailed", outcome === undefined || outcome.kind === "succeeded" ? "The job was told to stop; ECS does not report why" : outcome.message);
}

function parseResult(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WorkflowError("JobFailed", "The job reported a result that is not JSON");
  }
}

export const handler = createHandler({
  ecs: new ECSClient(taskClientConfiguration),
  lambda: new LambdaClient(taskClientConfiguration),
  environment: parseEnvironment(callbackJobEnvironment),
});
