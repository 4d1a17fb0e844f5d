import * as z from "zod";
import { TIME_LIMIT_EXIT_CODE, TRY_AGAIN_EXIT_CODE } from "../../container/kit/contract.ts";
import { NO_CAPACITY } from "./run-task-answer.ts";

/** A task that has stopped, as ECS reports it by DescribeTasks and by its state-change events. */
export const stoppedTask = z.object({
  taskArn: z.string(),
  /** Of the job's container; absent when it never ran or its host was lost. */
  exitCode: z.number().optional(),
  stopCode: z.string().optional(),
  stoppedReason: z.string().optional(),
  /** Why the container ended, such as `OutOfMemoryError: …`. */
  containerReason: z.string().optional(),
  /** ISO 8601; absent when the task never started. */
  startedAt: z.string().optional(),
  stoppedAt: z.string().optional(),
});

export type StoppedTask = Readonly<z.output<typeof stoppedTask>>;

export type TaskOutcome =
  | { readonly kind: "succeeded" }
  | {
      readonly kind: "failed" | "timedOut" | "lost";
      readonly exitCode?: number;
      readonly stopReason: string;
      readonly message: string;
    };

const PLATFORM_STOP_CODES: ReadonlySet<string> = new Set(["SpotInterruption", "TerminationNotice", "InfrastructureHealth", "TaskFailedToStart"]);

/** Exit code of a container that was killed: 128 and SIGKILL. */
const KILLED_EXIT_CODE = 137;

/**
 * Whether a job succeeded, failed by itself, ran over its time limit, or was lost to the platform.
 *
 * A container without an exit code did not end by itself: unless somebody stopped the task, the platform lost it.
 */
export function outcomeOf(task: StoppedTask): TaskOutcome {
  if (task.exitCode === 0) {
    return { kind: "succeeded" };
  }
  const unreported = task.exitCode === undefined || task.exitCode === TRY_AGAIN_EXIT_CODE;
  if (PLATFORM_STOP_CODES.has(task.stopCode ?? "") || (unreported && !isStoppedByUser(task))) {
    return describe(task, "lost");
  }
  return describe(task, task.exitCode === TIME_LIMIT_EXIT_CODE ? "timedOut" : "failed");
}

/**
 * The outcome of a job that had started and whose callback received no heartbeat, after its task was stopped for that.
 *
 * A job that was stopped before its first heartbeat exits with {@link TRY_AGAIN_EXIT_CODE}; one that had not got as far as a handler of
 * SIGTERM is killed. Both were held up by the platform, and nothing of the job is lost by running it again.
 */
export function outcomeOfSilent(task: StoppedTask): TaskOutcome {
  const silent = task.exitCode === undefined || task.exitCode === TRY_AGAIN_EXIT_CODE || task.exitCode === KILLED_EXIT_CODE;
  return silent && isStoppedByUser(task) ? describe(task, "lost") : outcomeOfOverdue(task);
}

/**
 * The outcome of a job that had started and didn't report in time, after its task was stopped for that.
 *
 * A task that ended before it was stopped has its own outcome: the event that reports it did not arrive.
 */
export function outcomeOfOverdue(task: StoppedTask): TaskOutcome {
  if (isStoppedByUser(task)) {
    return describe(task, "timedOut");
  }
  return task.exitCode === 0 ? describe(task, "failed") : outcomeOf(task);
}

/** Whether ECS accepted the task and could not place it: nothing ran. */
export function lackedCapacity(task: StoppedTask): boolean {
  return task.stopCode === "TaskFailedToStart" && task.startedAt === undefined && NO_CAPACITY.test(task.stoppedReason ?? "");
}

/** Whether StopTask was called for the task before it ended. */
export function isStoppedByUser(task: StoppedTask): boolean {
  return task.stopCode === "UserInitiated";
}

const VERBS = { failed: "failed", timedOut: "timed out", lost: "was lost to the platform" } as const;

function describe(task: StoppedTask, kind: keyof typeof VERBS): TaskOutcome {
  const stopReason = describeStop(task);
  const exit = task.exitCode === undefined ? "no exit code" : `exit code ${task.exitCode}`;
  return { kind, exitCode: task.exitCode, stopReason, message: `The job ${VERBS[kind]}: ${exit}, stop reason: ${stopReason}` };
}

function describeStop(task: StoppedTask): string {
  const reasons = [task.stoppedReason, task.containerReason].filter((reason) => reason !== undefined && reason !== "");
  return `${reasons.join("; ") || "unknown"}${task.stopCode ? ` (${task.stopCode})` : ""}`;
}
