import { setImmediate as nextTurn } from "node:timers/promises";
import type { DurablePromise } from "@aws/durable-execution-sdk-js";
import { type ReportTarget, START_ALLOWANCE_SECONDS } from "../../container/kit/contract.ts";
import type { JobRequest } from "./declared-jobs.ts";
import { nextPollDelay, type PollPlan } from "./poll-plan.ts";
import { isTransient, retryTransient } from "./retry.ts";
import { StartSteps } from "./start-steps.ts";
import { type StoppedTask, stoppedTask } from "./stopped-task.ts";
import { describeTask, stopTask } from "./task.ts";

/** How many polls in a row may miss a task that ECS has started: enough for it to become known everywhere. */
const MAX_MISSES = 5;

/**
 * How a task ended: `running` when the deadline came first; `forgotten` when ECS knew the task and no longer does; `unknown` when it never knew
 * the task.
 */
export type TaskEnd = StoppedTask | "running" | "forgotten" | "unknown";

/** Checkpointed at every poll, so kept small. */
interface PollState {
  /** Polls in a row that did not find the task. */
  readonly misses: number;
  /** ECS has known the task at some poll. */
  readonly seen: boolean;
  readonly stopped?: StoppedTask;
  /** ECS does not know the task, and there is no point in asking again. */
  readonly missing?: boolean;
  /** The task's end is known from elsewhere. */
  readonly over?: boolean;
  /** What the poll failed with. The SDK (2.4.0) fails the operation twice for a check that throws, if an earlier one ran in the same invocation. */
  readonly failed?: { readonly name: string; readonly message: string };
}

type Check = (state: PollState, poll: number) => Promise<PollState>;

/** The durable operations on the job's task that the workflows share, each under its own fixed name. */
export class TaskSteps extends StartSteps {
  /** Starts the task of a job whose report target is the same for each try. @returns the task's ARN */
  async run(attempt: number, request: JobRequest, report: ReportTarget): Promise<string> {
    const { taskArn } = await this.start(attempt, request, async () => ({ report }));
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
   * @throws what DescribeTasks failed with, unless a later poll may succeed
   */
  async awaitStop(taskArn: string, plan: PollPlan, deadlineSeconds: number): Promise<TaskEnd> {
    return endOf(await this.#awaitStop((state) => this.#poll(taskArn, state), plan, deadlineSeconds));
  }

  /**
   * Operation `await-end`: a race between a callback that is completed with the stop of the task, and `await-stop`. Its first poll reads
   * nothing: a task has only just been started.
   *
   * Callback and polls belong to the workflow's own context. In a child context, a poll that is due when the callback completes would keep the
   * invocation running until the function's time-out: the SDK (2.4.0) never resolves a checkpoint below a context that has ended.
   *
   * @param reported of a callback created before the task was started
   * @param deadlineSeconds from the start
   * @throws what DescribeTasks failed with, unless a later poll may succeed
   */
  async awaitEnd(taskArn: string, reported: DurablePromise<string>, plan: PollPlan, deadlineSeconds: number): Promise<TaskEnd> {
    let over = false;
    const polled = this.#awaitStop(
      async (state, poll) => {
        // The polls may outlive the race. In a replay, the outcome of the race is known after one turn of the event loop.
        await nextTurn();
        if (over) {
          return { ...state, over };
        }
        return poll === 1 ? state : this.#poll(taskArn, state);
      },
      plan,
      deadlineSeconds,
    );
    let first: string | PollState | undefined;
    try {
      first = await this.context.promise.race<string | PollState>("await-end", [reported, polled]);
    } catch (error) {
      // No poll throws: somebody has failed the callback, which says nothing about the task.
      this.context.logger.warn("The callback task-end failed", { taskArn, error: String(error) });
    }
    const stop = typeof first === "string" ? stopOf(taskArn, first) : undefined;
    if (stop !== undefined) {
      over = true;
      return stop;
    }
    return endOf(await polled);
  }

  #awaitStop(check: Check, plan: PollPlan, deadlineSeconds: number): DurablePromise<PollState> {
    const initialState: PollState = { misses: 0, seen: false };
    return this.context.waitForCondition("await-stop", (state: PollState, { attempt }) => check(state, attempt), {
      initialState,
      waitStrategy: (state, poll) => {
        const delay = nextPollDelay(plan, poll, deadlineSeconds);
        const settled = state.stopped !== undefined || state.missing === true || state.over === true || state.failed !== undefined;
        return settled || delay === undefined ? { shouldContinue: false } : { shouldContinue: true, delay: { seconds: delay } };
      },
    });
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
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      return error instanceof Error && isTransient(error) ? state : { ...state, failed: { name, message } };
    }
  }
}

/** @throws what the last poll failed with */
function endOf({ missing, seen, stopped, failed }: PollState): TaskEnd {
  if (failed !== undefined) {
    throw Object.assign(new Error(failed.message), failed);
  }
  if (missing) {
    return seen ? "forgotten" : "unknown";
  }
  return stopped ?? "running";
}

/** Parses the result of a callback, which anybody with the permission may complete. @returns undefined unless it is the stop of this task */
function stopOf(taskArn: string, result: string): StoppedTask | undefined {
  try {
    const stop = stoppedTask.safeParse(JSON.parse(result));
    return stop.success && stop.data.taskArn === taskArn ? stop.data : undefined;
  } catch {
    return undefined;
  }
}
