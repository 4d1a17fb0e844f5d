import { ECSClient } from "@aws-sdk/client-ecs";
import type { DurableContext, DurablePromise } from "@aws/durable-execution-sdk-js";
import type * as z from "zod";
import { taskClientConfiguration } from "../shared/clients.ts";
import { durableHandler } from "../shared/durable-handler.ts";
import { maxAttempts, parseEnvironment, taskEnvironment } from "../shared/environment.ts";
import { WorkflowError } from "../shared/errors.ts";
import { START_ALLOWANCE_SECONDS } from "../../container/kit/contract.ts";
import { environmentOf, type JobEnvironment } from "../shared/job-environment.ts";
import { safetyNet } from "../shared/poll-plan.ts";
import { outcomeOf, type StoppedTask } from "../shared/stopped-task.ts";
import { TaskSteps } from "../shared/task-steps.ts";
import { pollJobInput } from "./input.ts";

const pollJobEnvironment = taskEnvironment.extend({ JOB_MAX_ATTEMPTS: maxAttempts });

interface Dependencies {
  readonly ecs: ECSClient;
  readonly environment: z.output<typeof pollJobEnvironment>;
}

export interface PollJobResult {
  readonly taskArn: string;
  readonly exitCode: number;
  /** ISO 8601. */
  readonly startedAt: string | undefined;
  readonly stoppedAt: string | undefined;
  /** How many tasks it took: more than one when the platform lost some. */
  readonly attempts: number;
}

/** Runs a job as a task, and waits until task-watchdog reports its stop. Polls find the stop when the event of it is lost. */
export const createHandler = ({ ecs, environment: shared }: Dependencies) =>
  durableHandler(pollJobInput(shared.JOB_TIME_LIMIT_SECONDS), async (request, context): Promise<PollJobResult> => {
    const environment = environmentOf(shared, request.job);
    const steps = new TaskSteps(context, ecs, environment);
    for (let attempt = 1; ; ) {
      const [reported, endCallbackId] = await context.createCallback("task-end");
      const taskArn = await steps.run(attempt, request, { to: "exit", endCallbackId });
      const task = await awaitStopOrGiveUp(steps, taskArn, reported, environment, context);
      const outcome = outcomeOf(task);
      if (outcome.kind === "succeeded") {
        return { taskArn, exitCode: 0, startedAt: task.startedAt, stoppedAt: task.stoppedAt, attempts: attempt };
      }
      if (outcome.kind !== "lost") {
        throw new WorkflowError(outcome.kind === "timedOut" ? "JobTimedOut" : "JobFailed", outcome.message);
      }
      if (await steps.awaitCapacityAfter(task)) {
        continue;
      }
      context.logger.warn(outcome.message, { taskArn, attempt });
      if (attempt >= environment.JOB_MAX_ATTEMPTS) {
        throw new WorkflowError("JobLost", `${outcome.message}, after ${attempt} of ${environment.JOB_MAX_ATTEMPTS} attempts`);
      }
      attempt++;
    }
  });

/** Leaves no task running, however it ends. */
async function awaitStopOrGiveUp(
  steps: TaskSteps,
  taskArn: string,
  reported: DurablePromise<string>,
  environment: JobEnvironment<Dependencies["environment"]>,
  context: DurableContext,
): Promise<StoppedTask> {
  const limit = environment.JOB_TIME_LIMIT_SECONDS;
  const deadline = limit + START_ALLOWANCE_SECONDS;
  const plan = safetyNet(deadline, environment.JOB_MAX_ATTEMPTS, environment.JOB_CAPACITY_WAIT_SECONDS);
  try {
    const end = await steps.awaitEnd(taskArn, reported, plan, deadline);
    switch (end) {
      case "running":
        throw new WorkflowError("JobTimedOut", `The job was still running after its time limit of ${limit} s`);
      case "forgotten":
        throw new WorkflowError("JobLost", "The task stopped too long before a poll: ECS no longer knows how it ended");
      case "unknown":
        throw new WorkflowError("JobLost", "ECS does not know the task that it started");
      default:
        return end;
    }
  } catch (error) {
    try {
      await steps.stop(taskArn, "poll-job gave up");
    } catch (stopError) {
      // Why it gave up matters more; the watchdog stops the tasks of a failed execution as well.
      context.logger.error("The task could not be stopped", { taskArn, error: String(stopError) });
    }
    throw error;
  }
}

export const handler = createHandler({ ecs: new ECSClient(taskClientConfiguration), environment: parseEnvironment(pollJobEnvironment) });
