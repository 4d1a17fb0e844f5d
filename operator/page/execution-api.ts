import type { ExecutionStatus } from "../execution-status.ts";

// An execution, as the page shows it: its operations with their attempts, its invocations, its cost. Times are epoch milliseconds.

export interface Failure {
  readonly type: string;
  readonly message: string;
}

export interface ExecutionSummary {
  readonly arn: string;
  readonly executionId: string;
  readonly name: string;
  /** The function's name without the stack's prefix. */
  readonly workflow: string;
  readonly version: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly endedAt?: number;
}

export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly outcome: "running" | "succeeded" | "failed" | "again";
  readonly error?: Failure;
  /** When the next attempt may start. */
  readonly retryAt?: number;
  readonly retrySeconds?: number;
}

export type OperationKind = "STEP" | "WAIT" | "CALLBACK" | "CONTEXT" | "CHAINED_INVOKE" | "TASK";

export interface Phase {
  readonly name: string;
  readonly from: number;
  readonly to?: number;
}

/** What time alone brings about next: the end of waits, next attempts, time-outs of callbacks, or another invocation after one that failed. */
export interface NextTimer {
  readonly due: number;
  /** Ids of the operations that wait for it; none for an invocation. */
  readonly operationIds: readonly string[];
}

/** How a task ended: its work done, in some other way, or because somebody stopped it. */
export type TaskOutcome = "SUCCEEDED" | "FAILED" | "STOPPED";

/** One bar of the timeline. */
export interface Operation {
  readonly id: string;
  readonly parentId?: string;
  readonly kind: OperationKind;
  readonly subType?: string;
  readonly name: string;
  /** Of the operation, or the last status of a task. */
  readonly status: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly attempts: readonly Attempt[];
  /** Steps of a task's life. */
  readonly phases: readonly Phase[];
  /** When time alone changes it next: the end of a wait, the next attempt. */
  readonly dueAt?: number;
  readonly callbackId?: string;
  /** When an open callback times out, by its time-out or its missing heartbeat. */
  readonly timeoutAt?: number;
  /** The execution that it started. */
  readonly executionArn?: string;
  readonly taskArn?: string;
  /** Of a task that has stopped. */
  readonly outcome?: TaskOutcome;
}

export interface Invocation {
  readonly requestId: string;
  readonly startedAt: number;
  /** Absent while it is in flight. */
  readonly endedAt?: number;
  readonly error?: Failure;
}

/** What the execution would have cost on AWS, at list prices. */
export interface Cost {
  readonly operations: number;
  readonly bytesWritten: number;
  readonly invocations: number;
  readonly gigabyteSeconds: number;
  readonly taskSeconds: number;
  readonly dollars: number;
}

export interface ExecutionView extends ExecutionSummary {
  readonly input: string;
  readonly result?: string;
  readonly error?: Failure;
  /** When the execution times out. */
  readonly deadline: number;
  /** Absent when it has ended, or waits for no time. */
  readonly nextTimer?: NextTimer;
  /** The execution that started this one. */
  readonly parentArn?: string;
  readonly invocations: readonly Invocation[];
  readonly operations: readonly Operation[];
  readonly cost: Cost;
}

export interface LogLine {
  readonly at: number;
  readonly message: string;
}

/** What the panel beside the timeline shows: of an operation, of one attempt of it, or of a task. */
export interface OperationView {
  readonly input?: string;
  readonly result?: string;
  readonly error?: Failure;
  /** The newest 500 at most, in order of time. */
  readonly logs: readonly LogLine[];
}
