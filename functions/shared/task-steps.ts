import { type ReportTarget, START_ALLOWANCE_SECONDS } from "../../container/kit/contract.ts";
import type { SampleInput } from "../../container/sample/job.ts";
import { nextPollDelay, type PollPlan } from "./poll-plan.ts";
import { isTransient, retryTransient } from "./retry.ts";
import { StartSteps } from "./start-steps.ts";
import type { StoppedTask } from "./stopped-task.ts";
import { describeTask, stopTask } from "./task.ts";

/** How many polls in a row may miss a task that ECS has started: enough for it to become known everywhere. */
const MAX_MISSES = 12;

/** Checkpointed at every poll, so kept small. */
interface PollState {
  /** Polls in a row that did not find the task. */
  readonly misses: number;
  /** ECS has known the task at some poll. */
  readonly seen: boolean;
  readonly stopped?: StoppedTask;
  /** ECS does not know the task, and there is no point in asking again. */
  readonly missing?: boolean;
}

/** The durable operations on the job's task that the workflows share, each under its own fixed name. */
export class TaskSteps extends StartSteps {
  /** Starts the task of a job whose report target is the same for each try. @returns the task's ARN */
  async run(attempt: number, input: SampleInput, report: ReportTarget): Promise<string> {
    const { taskArn } = await this.start(attempt, input, async () => ({ report }));
    return taskArn;
  }

  /** Step `stop-task`. @returns whether the task had ever started */
  async stop(taskArn: string, reason: string): Promise<{ started: boolean }> {
    return this.context.step("stop-task", () => stopTask(this.ecs, this.environment.CLUSTER_ARN, taskArn, reason), {
      retryStrategy: retryTransient,
    });
  }

  /**
   * Operation `await-start`: polls the task until it has started, but no longer than a start may take. Never fails.
   *
   * @param keepOpen called before each poll, because a poll may be throttled for longer than a callback stays open; false ends the operation
   */
  async awaitStart(taskArn: string, plan: PollPlan, keepOpen: () => Promise<boolean>): Promise<void> {
    const check = async (): Promise<{ over: boolean }> => ({ over: !(await keepOpen()) || (await this.#hasStarted(taskArn)) });
    await this.context.waitForCondition("await-start", check, {
      initialState: { over: false },
      waitStrategy: ({ over }, poll) => {
        const delay = nextPollDelay(plan, poll, START_ALLOWANCE_SECONDS);
        return over || delay === undefined ? { shouldContinue: false } : { shouldContinue: true, delay: { seconds: delay } };
      },
    });
  }

  async #hasStarted(taskArn: string): Promise<boolean> {
    try {
      const { state } = await describeTask(this.ecs, this.environment, taskArn);
      return state === "running" || state === "stopped";
    } catch (error) {
      this.context.logger.warn("The task's start could not be followed", { taskArn, error: String(error) });
      // Without the permission to read the task, only the job's own heartbeats can keep the callback open.
      return !(error instanceof Error && isTransient(error));
    }
  }

  /**
   * Operation `await-stop`: polls until the task has stopped, suspended in between, however long DescribeTasks is throttled.
   *
   * @param deadlineSeconds from the first poll
   * @returns the stopped task; `running` when the deadline came first; `forgotten` when ECS knew the task and no longer does; `unknown` when
   *   it never knew it
   * @throws what DescribeTasks failed with, unless a later poll may succeed
   */
  async awaitStop(taskArn: string, plan: PollPlan, deadlineSeconds: number): Promise<StoppedTask | "running" | "forgotten" | "unknown"> {
    const initialState: PollState = { misses: 0, seen: false };
    const end = await this.context.waitForCondition("await-stop", (state: PollState) => this.#poll(taskArn, state), {
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
    try {
      const view = await describeTask(this.ecs, this.environment, taskArn);
      switch (view.state) {
        case "stopped":
          return { misses: 0, seen: true, stopped: view.task };
        case "starting":
        case "running":
          return { misses: 0, seen: true };
        case "missing": {
          const misses = state.misses + 1;
          return { misses, seen: state.seen, missing: state.seen || misses > MAX_MISSES };
        }
      }
    } catch (error) {
      // waitForCondition has no retry strategy of its own: a failing check fails the operation.
      if (error instanceof Error && isTransient(error)) {
        return state;
      }
      throw error;
    }
  }
}
