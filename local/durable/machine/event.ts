import type { ErrorObject } from "../contract.ts";

/** What every event of an operation carries. */
export interface OperationEvent {
  /** Id of the operation. */
  readonly id: string;
  readonly name?: string;
  readonly subType?: string;
  readonly parentId?: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

type Of<Type extends string, Details = object> = { readonly type: Type } & Details;
type OperationEventOf<Type extends string, Details = object> = OperationEvent & Of<Type, Details>;

/** A retry that was granted: how long the handler asked to wait, and the moment that became. */
export interface Retry {
  readonly delaySeconds: number;
  readonly due: number;
}

type AttemptEnded = { readonly attempt: number; readonly retry?: Retry };

export type StartedEvent = Of<
  "ExecutionStarted",
  { readonly at: number; readonly id: string; readonly name: string; readonly input: string; readonly timeoutSeconds: number; readonly deadline: number }
>;

export type ExecutionClosedEvent =
  | Of<"ExecutionSucceeded", { readonly at: number; readonly result?: string }>
  | Of<"ExecutionFailed" | "ExecutionStopped", { readonly at: number; readonly error: ErrorObject }>
  | Of<"ExecutionTimedOut", { readonly at: number }>;

export type InvocationEvent = Of<
  "InvocationCompleted",
  {
    readonly at: number;
    readonly startedAt: number;
    readonly requestId: string;
    readonly error?: ErrorObject;
    /** Set when the invocation failed and runs again at this moment. */
    readonly retryAt?: number;
    /** Set when the handler returned PENDING without a pending operation. */
    readonly nothingPending?: true;
    /** Set when a pause interrupted the invocation: the outcome is ignored. */
    readonly interrupted?: true;
  }
>;

/** Events of pause and resume. PauseCancelled follows a PauseRequested that never took effect. */
export type PauseEvent =
  | Of<"PauseRequested", { readonly at: number; readonly clientToken?: string; readonly reason?: string; readonly timeoutPaused: boolean }>
  | Of<
      "ExecutionPaused",
      {
        readonly at: number;
        readonly requestedAt: number;
        readonly reason?: string;
        readonly timeoutPaused: boolean;
        /** Whether the pause deferred or interrupted an invocation. */
        readonly invokeOnResume: boolean;
        /** Time at which the execution times out unless it is resumed. */
        readonly deadline: number;
      }
    >
  | Of<"PauseCancelled", { readonly at: number; readonly clientToken?: string; readonly reason?: string }>
  | Of<"ExecutionResumed", { readonly at: number; readonly clientToken?: string; readonly reason?: string; readonly deadline: number }>;

/** What the handler reported. */
type ReportedEvent =
  | OperationEventOf<"ContextStarted" | "StepStarted">
  | OperationEventOf<"ContextSucceeded", { readonly result?: string; readonly replayChildren?: boolean }>
  | OperationEventOf<"ContextFailed", { readonly error?: ErrorObject; readonly replayChildren?: boolean }>
  | OperationEventOf<"StepSucceeded", AttemptEnded & { readonly result?: string }>
  | OperationEventOf<"StepFailed", AttemptEnded & { readonly error?: ErrorObject }>
  | OperationEventOf<"WaitStarted", { readonly seconds: number; readonly due: number }>
  | OperationEventOf<"WaitCancelled">
  | OperationEventOf<
      "CallbackStarted",
      {
        readonly callbackId: string;
        readonly timeoutSeconds?: number;
        readonly timeoutAt?: number;
        readonly heartbeatSeconds?: number;
        readonly heartbeatAt?: number;
      }
    >
  | OperationEventOf<
      "ChainedInvokeStarted",
      {
        readonly functionName: string;
        readonly tenantId?: string;
        readonly input?: string;
        readonly executedVersion?: string;
        readonly executionArn?: string;
      }
    >;

/** What happened to an operation without the handler's doing: reason to invoke it again. */
type OutsideEvent =
  | OperationEventOf<"WaitSucceeded", { readonly seconds: number }>
  | OperationEventOf<"StepReady">
  | OperationEventOf<"CallbackSucceeded", { readonly result?: string }>
  | OperationEventOf<"CallbackFailed" | "CallbackTimedOut", { readonly error: ErrorObject }>
  | OperationEventOf<"ChainedInvokeSucceeded", { readonly result?: string }>
  | OperationEventOf<"ChainedInvokeFailed" | "ChainedInvokeTimedOut" | "ChainedInvokeStopped", { readonly error: ErrorObject }>;

type HeartbeatEvent = OperationEventOf<"CallbackHeartbeat", { readonly heartbeatAt: number }>;

/**
 * Everything that can happen to an execution. The recorded events are the only truth: an execution's state is what they
 * add up to ({@link ./evolve.ts}), and its history is how they are shown.
 */
export type RecordedEvent = StartedEvent | ExecutionClosedEvent | InvocationEvent | PauseEvent | ReportedEvent | OutsideEvent | HeartbeatEvent;

const OUTSIDE: ReadonlySet<string> = new Set<OutsideEvent["type"]>([
  "WaitSucceeded",
  "StepReady",
  "CallbackSucceeded",
  "CallbackFailed",
  "CallbackTimedOut",
  "ChainedInvokeSucceeded",
  "ChainedInvokeFailed",
  "ChainedInvokeTimedOut",
  "ChainedInvokeStopped",
]);

export function isOutside(event: RecordedEvent): event is OutsideEvent {
  return OUTSIDE.has(event.type);
}

/** Events that AWS's EventType doesn't have: recorded, and not part of the history. */
const HIDDEN: ReadonlySet<string> = new Set<RecordedEvent["type"]>(["StepReady", "CallbackHeartbeat", "PauseRequested", "PauseCancelled"]);

/** Whether the event has an EventId and is part of the history. */
export function isVisible(event: RecordedEvent): boolean {
  return !HIDDEN.has(event.type);
}
