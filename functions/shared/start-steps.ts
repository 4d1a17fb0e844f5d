import type { ECSClient } from "@aws-sdk/client-ecs";
import { createRetryStrategy, type DurableContext } from "@aws/durable-execution-sdk-js";
import { type Refusal, refuse } from "./capacity-wait.ts";
import type { TaskEnvironment } from "./environment.ts";
import { WorkflowError } from "./errors.ts";
import type { ReportTarget } from "../../container/kit/contract.ts";
import type { JobRequest } from "./declared-jobs.ts";
import { MAX_CAPACITY_STOPS, RUN_TASK_CALLS } from "./operation-budget.ts";
import { startTask } from "./start-task.ts";
import { lackedCapacity, type StoppedTask } from "./stopped-task.ts";

/** What one try to start a task needs beside the task. */
export interface StartTry {
  readonly report: ReportTarget;
  /** Keeps open what the job will report to, for the next call. @returns false when it is closed: nobody would receive the report */
  readonly keepOpen?: () => Promise<boolean>;
  /** Closes what the job would have reported to, after a try that ECS refused. */
  readonly close?: (reason: string) => Promise<void>;
}

/** Name of the error for which the step `run-task` is repeated with the same parameters. */
const OUTCOME_UNKNOWN = "StartOutcomeUnknown";

const backOff = createRetryStrategy({ maxAttempts: RUN_TASK_CALLS, initialDelay: { seconds: 1 }, maxDelay: { seconds: 4 } });

/** The durable operations that start a job's task, and wait for capacity in between. */
export class StartSteps {
  protected readonly context: DurableContext;
  protected readonly ecs: ECSClient;
  protected readonly environment: TaskEnvironment;
  #tries = 0;
  #lastRefusal: (Refusal & { readonly ended?: boolean }) | undefined;
  #capacityStops = 0;

  constructor(context: DurableContext, ecs: ECSClient, environment: TaskEnvironment) {
    this.context = context;
    this.ecs = ecs;
    this.environment = environment;
  }

  /**
   * Steps `run-task`, with a wait `await-capacity` after each that ECS refuses.
   *
   * @param begin creates what each try needs; a try never uses what another has created
   * @throws WorkflowError `CapacityUnavailable` or `TaskRefused`; or what RunTask failed with
   */
  async start<Try extends StartTry>(attempt: number, request: JobRequest, begin: () => Promise<Try>): Promise<Try & { readonly taskArn: string }> {
    for (;;) {
      const current = await begin();
      const tryNumber = ++this.#tries;
      const started = await this.context.step("run-task", (step) => this.#call({ attempt, request, tryNumber }, current, step.attempt), {
        retryStrategy: (error, calls) => (error.name === OUTCOME_UNKNOWN ? backOff(error, calls) : { shouldRetry: false }),
      });
      if ("taskArn" in started) {
        // The time for which the task runs is no wait for capacity.
        if (this.#lastRefusal !== undefined) this.#lastRefusal = { ...this.#lastRefusal, ended: true };
        return { ...current, taskArn: started.taskArn };
      }
      await current.close?.(started.refused);
      await this.#awaitCapacity(started);
    }
  }

  /**
   * Step `plan-pause` and a wait `await-capacity`, for a task that ECS accepted and could not place. Bounded, because each such task has been
   * polled.
   *
   * @returns false when the task has to count as an attempt
   */
  async awaitCapacityAfter(task: StoppedTask): Promise<boolean> {
    if (!lackedCapacity(task) || this.#capacityStops >= MAX_CAPACITY_STOPS) {
      return false;
    }
    this.#capacityStops += 1;
    const refusal = await this.context.step("plan-pause", async () => this.#refuse(task.stoppedReason ?? "no reason given") ?? null);
    if (refusal === null) {
      return false;
    }
    await this.#awaitCapacity(refusal);
    return true;
  }

  async #call(
    { attempt, request, tryNumber }: { attempt: number; request: JobRequest; tryNumber: number },
    { report, keepOpen }: StartTry,
    call: number,
  ): Promise<{ readonly taskArn: string } | Refusal> {
    const { durableExecutionArn: executionArn } = this.context.executionContext;
    const answer = await startTask(this.ecs, this.environment, {
      executionArn,
      attempt,
      ...request,
      report,
      tryNumber,
      first: tryNumber === 1 && call === 1,
      open: call === 1 || keepOpen === undefined || (await keepOpen()),
    });
    switch (answer.kind) {
      case "started":
        return { taskArn: answer.taskArn };
      case "refused":
        return this.#refused(answer.reason);
      case "permanent":
        throw new WorkflowError("TaskRefused", `ECS did not start the task: ${answer.reason}`);
      case "conflict":
      case "unknown":
        if (call < RUN_TASK_CALLS) {
          throw Object.assign(new Error(answer.reason), { name: OUTCOME_UNKNOWN });
        }
        if (answer.kind === "conflict") {
          throw new WorkflowError("TaskRefused", `The client token is in use by ${answer.taskArns.join(", ") || "an unknown task"}: ${answer.reason}`);
        }
        // The next try reads what this one may have started.
        return this.#refused(answer.reason);
    }
  }

  #refused(reason: string): Refusal {
    const refusal = this.#refuse(reason);
    if (refusal === undefined) {
      const { JOB_CAPACITY_WAIT_SECONDS: limit } = this.environment;
      throw new WorkflowError("CapacityUnavailable", `ECS did not start the task within ${limit} s (jobCapacityWaitSeconds): ${reason}`);
    }
    return refusal;
  }

  /** Called in steps only: reads the clock. */
  #refuse(reason: string): Refusal | undefined {
    return refuse(reason, { last: this.#lastRefusal, now: Date.now(), random: Math.random(), limitSeconds: this.environment.JOB_CAPACITY_WAIT_SECONDS });
  }

  async #awaitCapacity(refusal: Refusal): Promise<void> {
    this.#lastRefusal = refusal;
    this.context.logger.warn("The task could not be started yet", { operationName: "run-task", reason: refusal.refused, pauseSeconds: refusal.pauseSeconds });
    await this.context.wait("await-capacity", { seconds: refusal.pauseSeconds });
  }
}
