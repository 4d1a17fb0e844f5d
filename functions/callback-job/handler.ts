import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient, SendDurableExecutionCallbackHeartbeatCommand } from "@aws-sdk/client-lambda";
import { CallbackTimeoutError, type DurableContext, type DurablePromise } from "@aws/durable-execution-sdk-js";
import type * as z from "zod";
import { durableHandler } from "../shared/durable-handler.ts";
import { maxAttempts, parseEnvironment, taskEnvironment, wholeSeconds } from "../shared/environment.ts";
import { unwrapOperationError, WorkflowError } from "../shared/errors.ts";
import { START_ALLOWANCE_SECONDS } from "../shared/job-contract.ts";
import { outcomeOf } from "../shared/stopped-task.ts";
import { TaskSteps } from "../shared/task-steps.ts";
import { callbackJobInput } from "./input.ts";

const callbackJobEnvironment = taskEnvironment.extend({
  JOB_MAX_ATTEMPTS: maxAttempts,
  HEARTBEAT_TIMEOUT_SECONDS: wholeSeconds,
});

type Environment = z.output<typeof callbackJobEnvironment>;

interface Dependencies {
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
  readonly environment: Environment;
}

/** A job that was told to stop is gone within the longest stop time-out that ECS allows, 120 s, and some. */
const STOP_PLAN = { initialSeconds: 2, maxSeconds: 30, backoffRate: 1.5 };
const STOP_DEADLINE_SECONDS = 300;

/** Runs a job as a task and, once it has started, stays suspended without a poll until the job reports. Its result is what the job reported. */
export const createHandler = ({ ecs, lambda, environment }: Dependencies) =>
  durableHandler(callbackJobInput(environment.JOB_TIME_LIMIT_SECONDS), async (input, context): Promise<unknown> => {
    const steps = new TaskSteps(context, ecs, environment);
    for (let attempt = 1; ; attempt++) {
      const [report, callbackId] = await context.createCallback("job-report", {
        timeout: { seconds: environment.JOB_TIME_LIMIT_SECONDS + START_ALLOWANCE_SECONDS },
        heartbeatTimeout: { seconds: environment.HEARTBEAT_TIMEOUT_SECONDS },
      });
      const taskArn = await steps.run(attempt, input, { to: "callback", callbackId });
      // The callback waits for heartbeats from its creation on, and a task takes longer to start than a job may stay silent.
      await steps.awaitStart(taskArn, Math.min(20, Math.ceil(environment.HEARTBEAT_TIMEOUT_SECONDS / 3)), async () => {
        await lambda.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId: callbackId }));
      });
      const end = await awaitReport(report, taskArn, steps, context, environment);
      if ("result" in end) {
        return parseResult(end.result);
      }
      context.logger.warn(end.lost, { taskArn, attempt });
      if (attempt >= environment.JOB_MAX_ATTEMPTS) {
        throw new WorkflowError("JobLost", `${end.lost}, after ${attempt} of ${environment.JOB_MAX_ATTEMPTS} attempts`);
      }
    }
  });

/** @returns the job's report, or why the platform lost the job @throws WorkflowError when the job must not be run again */
async function awaitReport(
  report: DurablePromise<string>,
  taskArn: string,
  steps: TaskSteps,
  context: DurableContext,
  environment: Environment,
): Promise<{ result: string } | { lost: string }> {
  try {
    return { result: await report };
  } catch (error) {
    if (error instanceof CallbackTimeoutError) {
      return giveUp(error, taskArn, steps, environment);
    }
    const reported = unwrapOperationError(error);
    const { name, message } = reported instanceof Error ? reported : new Error(String(reported));
    context.logger.warn("The job reported a failure", { taskArn, errorType: name, errorMessage: message });
    switch (name) {
      case "JobLost":
        return { lost: message };
      case "JobTerminated":
        return whoStopped(taskArn, steps);
      case "JobTimedOut":
        throw new WorkflowError("JobTimedOut", message);
      default:
        throw new WorkflowError("JobFailed", message);
    }
  }
}

/** Nobody reported in time. A task that had not even started was held up by the platform. */
async function giveUp(error: CallbackTimeoutError, taskArn: string, steps: TaskSteps, environment: Environment): Promise<{ lost: string }> {
  const { started } = await steps.stop(taskArn, "callback-job gave up");
  const reason =
    error.cause?.name === "Callback.Timeout"
      ? `No report within the time limit of ${environment.JOB_TIME_LIMIT_SECONDS} s`
      : `No heartbeat for ${environment.HEARTBEAT_TIMEOUT_SECONDS} s`;
  if (started) {
    throw new WorkflowError("JobTimedOut", `${reason}; the task was stopped`);
  }
  return { lost: `${reason}: the task had not started` };
}

/** The job was told to stop and said so; only ECS knows by whom. */
async function whoStopped(taskArn: string, steps: TaskSteps): Promise<{ lost: string }> {
  const end = await steps.awaitStop(taskArn, STOP_PLAN, STOP_DEADLINE_SECONDS);
  const outcome = typeof end === "string" ? undefined : outcomeOf(end);
  if (outcome?.kind === "lost") {
    return { lost: outcome.message };
  }
  throw new WorkflowError("JobFailed", outcome?.kind === "failed" ? outcome.message : "The job was told to stop; ECS does not say why");
}

function parseResult(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WorkflowError("JobFailed", "The job reported a result that is not JSON");
  }
}

export const handler = createHandler({ ecs: new ECSClient({}), lambda: new LambdaClient({}), environment: parseEnvironment(callbackJobEnvironment) });
