/** A task that has stopped, as ECS tells it by DescribeTasks and by its state-change events. */
export interface StoppedTask {
  readonly taskArn: string;
  /** Of the job's container; absent when it never ran or its host was lost. */
  readonly exitCode?: number;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  /** Why the container ended, such as `OutOfMemoryError: …`. */
  readonly containerReason?: string;
  /** ISO 8601; absent when the task never started. */
  readonly startedAt?: string;
  readonly stoppedAt?: string;
}

export type TaskOutcome =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed" | "lost"; readonly exitCode?: number; readonly stopReason: string; readonly message: string };

const PLATFORM_STOP_CODES: ReadonlySet<string> = new Set(["SpotInterruption", "TerminationNotice", "InfrastructureHealth", "TaskFailedToStart"]);

/**
 * Whether a job succeeded, failed by itself, or was lost to the platform.
 *
 * A container without an exit code did not end by itself: unless somebody stopped the task, the platform lost it.
 */
export function outcomeOf(task: StoppedTask): TaskOutcome {
  if (task.exitCode === 0) {
    return { kind: "succeeded" };
  }
  const stoppedByUser = task.stopCode === "UserInitiated";
  const lost = PLATFORM_STOP_CODES.has(task.stopCode ?? "") || (task.exitCode === undefined && !stoppedByUser);
  const stopReason = describeStop(task);
  const exit = task.exitCode === undefined ? "no exit code" : `exit code ${task.exitCode}`;
  return {
    kind: lost ? "lost" : "failed",
    exitCode: task.exitCode,
    stopReason,
    message: `The job ${lost ? "was lost to the platform" : "failed"}: ${exit}, stop reason: ${stopReason}`,
  };
}

function describeStop(task: StoppedTask): string {
  const reasons = [task.stoppedReason, task.containerReason].filter((reason) => reason !== undefined && reason !== "");
  return `${reasons.join("; ") || "unknown"}${task.stopCode ? ` (${task.stopCode})` : ""}`;
}
