import type { ECSClient } from "@aws-sdk/client-ecs";
import type { DurableContext } from "@aws/durable-execution-sdk-js";
import type { TaskEnvironment } from "./environment.ts";
import { type JobInput, type ReportTarget, START_ALLOWANCE_SECONDS } from "./job-contract.ts";
import { nextPollDelay, type PollPlan } from "./poll-plan.ts";
import { isTransient, retryTransient, retryTransientOrCapacity } from "./retry.ts";
import type { StoppedTask } from "./stopped-task.ts";
import { describeTask, startTask, stopTask } from "./task.ts";

/** How many polls in a row may bring no answer: enough for a new task to become known everywhere, and for a short outage. */
const MAX_MISSES = 12;

/** Checkpointed at every poll, so kept small. */
interface PollState {
  /** Polls in a row without an answer. */
  readonly misses: number;
  /** ECS has known the task at some poll. */
  readonly seen: boolean;
  readonly stopped?: StoppedTask;
  /** ECS does not know the task, and there is no point in asking again. */
  readonly missing?: boolean;
}

/** The durable operations on the job's task that the workflows share, each under its own fixed name. */
export class TaskSteps {
  readonly #context: DurableContext;
  readonly #ecs: ECSClient;
  readonly #environment: TaskEnvironment;

  constructor(context: DurableContext, ecs: ECSClient, environment: TaskEnvironment) {
    this.#context = context;
    this.#ecs = ecs;
    this.#environment = environment;
  }

  /** Step `run-task`. @returns the task's ARN */
  async run(attempt: number, input: JobInput, report: ReportTarget): Promise<string> {
    const { durableExecutionArn: executionArn } = this.#context.executionContext;
    return this.#context.step("run-task", () => startTask(this.#ecs, this.#environment, { executionArn, attempt, input, report }), {
      retryStrategy: retryTransientOrCapacity,
    });
  }

  /** Step `stop-task`. @returns whether the task had ever started */
  async stop(taskArn: string, reason: string): Promise<{ started: boolean }> {
    return this.#context.step("stop-task", () => stopTask(this.#ecs, this.#environment.CLUSTER_ARN, taskArn, reason), {
      retryStrategy: retryTransient,
    });
  }

  /**
   * Operation `await-start`: looks at the task until it has started, but no longer than a start may take. Never fails.
   *
   * @param everySeconds between two looks
   * @param meanwhile called after every look at a task that has not started
   */
  async awaitStart(taskArn: string, everySeconds: number, meanwhile: () => Promise<void>): Promise<void> {
    const check = async (): Promise<{ over: boolean }> => {
      try {
        const { state } = await describeTask(this.#ecs, this.#environment, taskArn);
        if (state === "running" || state === "stopped") {
          return { over: true };
        }
        await meanwhile();
        return { over: false };
      } catch (error) {
        this.#context.logger.warn("The task's start could not be followed", { taskArn, error: String(error) });
        return { over: !(error instanceof Error && isTransient(error)) };
      }
    };
    await this.#context.waitForCondition("await-start", check, {
      initialState: { over: false },
      waitStrategy: ({ over }, look) =>
        over || look * everySeconds >= START_ALLOWANCE_SECONDS ? { shouldContinue: false } : { shouldContinue: true, delay: { seconds: everySeconds } },
    });
  }

  /**
   * Operation `await-stop`: polls until the task has stopped, suspended in between.
   *
   * @param deadlineSeconds from the first poll
   * @returns the stopped task; `running` when the deadline came first; `forgotten` when ECS knew the task and no longer does; `unknown` when
   *   it never knew it
   * @throws what DescribeTasks failed with, at once for a permanent error, after some polls for a passing one
   */
  async awaitStop(taskArn: string, plan: PollPlan, deadlineSeconds: number): Promise<StoppedTask | "running" | "forgotten" | "unknown"> {
    const initialState: PollState = { misses: 0, seen: false };
    const end = await this.#context.waitForCondition("await-stop", (state: PollState) => this.#poll(taskArn, state), {
      initialState,
      waitStrategy: (state, poll) => {
        const delay = nextPollDelay(plan, poll, deadlineSeconds);
        const settled = state.stopped !== undefined || state.missing === true;
        return settled || delay === undefined ? { shouldContinue: false } : { shouldContinue: true, delay: { seconds: delay } };
      },
    });
    if (end.missing) {
      return end.seen ? "forgotten" : "unknown";
    }
    return end.stopped ?? "running";
  }

  async #poll(taskArn: string, state: PollState): Promise<PollState> {
    const misses = state.misses + 1;
    try {
      const view = await describeTask(this.#ecs, this.#environment, taskArn);
      switch (view.state) {
        case "stopped":
          return { misses: 0, seen: true, stopped: view.task };
        case "starting":
        case "running":
          return { misses: 0, seen: true };
        case "missing":
          return { misses, seen: state.seen, missing: state.seen || misses > MAX_MISSES };
      }
    } catch (error) {
      // waitForCondition has no retry strategy of its own: a failing check fails the operation.
      if (error instanceof Error && isTransient(error) && misses <= MAX_MISSES) {
        return { ...state, misses };
      }
      throw error;
    }
  }
}
