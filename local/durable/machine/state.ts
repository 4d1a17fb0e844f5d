import TinyQueue from "tinyqueue";
import type { ErrorObject } from "../contract.ts";
import type { OperationStatus, OperationType } from "../operation.ts";
import type { ExecutionStatus } from "../status.ts";

export interface OperationRecord {
  readonly id: string;
  readonly type: OperationType;
  readonly name?: string;
  readonly subType?: string;
  readonly parentId?: string;
  readonly startedAt: number;
  status: OperationStatus;
  endedAt?: number;
  result?: string;
  error?: ErrorObject;
  /** STEP: attempts that have ended. */
  attempt?: number;
  /** WAIT: when it ends. STEP: when the next attempt may start. */
  scheduledAt?: number;
  /** WAIT: declared duration. */
  seconds?: number;
  replayChildren?: boolean;
  callbackId?: string;
  timeoutAt?: number;
  heartbeatSeconds?: number;
  heartbeatAt?: number;
  /** The moment at which time alone changes this operation. */
  due?: number;
}

export interface OperationTimer {
  readonly due: number;
  readonly operationId: string;
}

/** A request to pause. */
export interface PauseRequest {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly clientToken?: string;
  readonly reason?: string;
  /** Whether the execution time-out is extended by the time spent paused. */
  readonly timeoutPaused: boolean;
}

/** The pause of an execution that is pausing or paused. */
export interface Pause extends PauseRequest {
  /** Absent while pausing. */
  pausedAt?: number;
  /** Time at which the execution would have timed out without the pause. */
  readonly deadlineBefore: number;
}

/** Validity of client tokens, in real time (service model, PauseDurableExecutionRequest). */
export const CLIENT_TOKEN_MS = 15 * 60_000;

/** An accepted request with a client token. */
export interface TakenRequest extends Omit<PauseRequest, "timeoutPaused"> {
  readonly operation: "pause" | "resume";
  readonly timeoutPaused?: boolean;
}

/**
 * What an execution's events add up to. Owned by the machine: its functions change the object they are given, so that an
 * execution of 3,000 operations costs the same per operation as one of three. Equal events give equal states.
 */
export interface ExecutionState {
  status: Exclude<ExecutionStatus, "DELETING">;
  executionId: string;
  name: string;
  input: string;
  startedAt: number;
  endedAt?: number;
  /** When the execution times out. */
  deadline: number;
  result?: string;
  error?: ErrorObject;
  /** In the order in which they were created; the EXECUTION itself is the first. */
  readonly operations: Map<string, OperationRecord>;
  /** Earliest first; an entry counts only while its operation is due at just that moment. */
  readonly timers: TinyQueue<OperationTimer>;
  /** Operations that something other than the handler will end: what makes PENDING a legal answer. */
  waiting: number;
  /** Visible events so far; the last one's EventId. */
  eventCount: number;
  /** Metered operations and bytes, see the limits. */
  operationCount: number;
  bytesWritten: number;
  /** Invocations that failed in a row since the handler last made progress. */
  failures: number;
  /** Consecutive invocations that returned PENDING without a pending operation. */
  nothingPending: number;
  /** When the failed invocation is to run again. */
  retryAt?: number;
  pause?: Pause;
  /** Whether a pause deferred or interrupted an invocation, and no invocation has completed since. */
  invokeOnResume: boolean;
  /** Requests of the last 15 minutes that had a client token. */
  taken: readonly TakenRequest[];
  /** Operations changed from outside since the last invocation ended. */
  readonly changed: Set<string>;
}

export function emptyState(): ExecutionState {
  return {
    status: "RUNNING",
    executionId: "",
    name: "",
    input: "",
    startedAt: 0,
    deadline: Infinity,
    operations: new Map(),
    timers: new TinyQueue<OperationTimer>([], (a, b) => a.due - b.due),
    waiting: 0,
    eventCount: 0,
    operationCount: 0,
    bytesWritten: 0,
    failures: 0,
    nothingPending: 0,
    invokeOnResume: false,
    taken: [],
    changed: new Set(),
  };
}
