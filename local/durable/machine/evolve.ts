import type { ErrorObject } from "../contract.ts";
import type { OperationStatus, OperationType } from "../operation.ts";
import type { EndStatus } from "../status.ts";
import { isOutside, isVisible, type OperationEvent, type RecordedEvent, type Retry } from "./event.ts";
import { CLIENT_TOKEN_MS, emptyState, type ExecutionState, type OperationRecord, type TakenRequest } from "./state.ts";

/** The state that the events add up to. */
export function replay(events: Iterable<RecordedEvent>): ExecutionState {
  const state = emptyState();
  for (const event of events) evolve(state, event);
  return state;
}

/** Takes one event into the state. The only place where a state changes. */
export function evolve(state: ExecutionState, event: RecordedEvent): void {
  if (isVisible(event)) state.eventCount++;
  if (isOutside(event)) state.changed.add(event.id);
  switch (event.type) {
    case "ExecutionStarted":
      state.executionId = event.id;
      state.name = event.name;
      state.input = event.input;
      state.startedAt = event.at;
      state.deadline = event.deadline;
      state.operations.set(event.id, { id: event.id, type: "EXECUTION", name: event.name, startedAt: event.at, status: "STARTED" });
      meter(state, 1, event.input);
      return;
    case "ExecutionSucceeded":
      close(state, "SUCCEEDED", event.at);
      state.result = event.result;
      meter(state, 0, event.result);
      return;
    case "ExecutionFailed":
    case "ExecutionStopped":
      close(state, event.type === "ExecutionFailed" ? "FAILED" : "STOPPED", event.at);
      state.error = event.error;
      meter(state, 0, undefined, event.error);
      return;
    case "ExecutionTimedOut":
      close(state, "TIMED_OUT", event.at);
      return;
    case "PauseRequested": {
      const { at, clientToken, reason, timeoutPaused } = event;
      const request = { at, clientToken, reason, timeoutPaused };
      state.status = "PAUSING";
      state.pause = { ...request, deadlineBefore: state.deadline };
      take(state, { operation: "pause", ...request });
      return;
    }
    case "ExecutionPaused":
      state.status = "PAUSED";
      if (state.pause !== undefined) state.pause.pausedAt = event.at;
      state.deadline = event.deadline;
      state.invokeOnResume = event.invokeOnResume;
      return;
    case "PauseCancelled":
    case "ExecutionResumed": {
      const { at, clientToken, reason } = event;
      state.status = "RUNNING";
      state.pause = undefined;
      if (event.type === "ExecutionResumed") state.deadline = event.deadline;
      take(state, { operation: "resume", at, clientToken, reason });
      return;
    }
    case "InvocationCompleted":
      if (event.interrupted === true) return;
      state.changed.clear();
      state.retryAt = event.retryAt;
      state.invokeOnResume = false;
      state.nothingPending = event.nothingPending === true ? state.nothingPending + 1 : 0;
      if (event.error === undefined) {
        state.failures = 0;
      } else {
        state.failures++;
        meter(state, 1, undefined, event.error);
      }
      return;
    case "ContextStarted":
      open(state, event, "CONTEXT");
      return;
    case "ContextSucceeded":
    case "ContextFailed": {
      const context = existing(state, event, "CONTEXT");
      context.replayChildren = event.replayChildren;
      if (event.type === "ContextSucceeded") end(state, context, "SUCCEEDED", event.at, event.result);
      else end(state, context, "FAILED", event.at, undefined, event.error);
      return;
    }
    case "StepStarted": {
      const step = existing(state, event, "STEP");
      setStatus(state, step, "STARTED");
      return;
    }
    case "StepSucceeded":
      endAttempt(state, event, "SUCCEEDED", event.result, undefined);
      return;
    case "StepFailed":
      endAttempt(state, event, "FAILED", undefined, event.error);
      return;
    case "StepReady": {
      const step = existing(state, event, "STEP");
      setStatus(state, step, "READY");
      setDue(state, step, undefined);
      return;
    }
    case "WaitStarted": {
      const wait = open(state, event, "WAIT");
      wait.seconds = event.seconds;
      wait.scheduledAt = event.due;
      setDue(state, wait, event.due);
      return;
    }
    case "WaitSucceeded":
      end(state, existing(state, event, "WAIT"), "SUCCEEDED", event.at);
      return;
    case "WaitCancelled":
      end(state, existing(state, event, "WAIT"), "CANCELLED", event.at);
      return;
    case "CallbackStarted": {
      const callback = open(state, event, "CALLBACK");
      callback.callbackId = event.callbackId;
      callback.timeoutAt = event.timeoutAt;
      callback.heartbeatSeconds = event.heartbeatSeconds;
      callback.heartbeatAt = event.heartbeatAt;
      setDue(state, callback, earlier(event.timeoutAt, event.heartbeatAt));
      return;
    }
    case "CallbackHeartbeat": {
      const callback = existing(state, event, "CALLBACK");
      callback.heartbeatAt = event.heartbeatAt;
      setDue(state, callback, earlier(callback.timeoutAt, event.heartbeatAt));
      return;
    }
    case "CallbackSucceeded":
      end(state, existing(state, event, "CALLBACK"), "SUCCEEDED", event.at, event.result);
      return;
    case "CallbackFailed":
      end(state, existing(state, event, "CALLBACK"), "FAILED", event.at, undefined, event.error);
      return;
    case "CallbackTimedOut":
      end(state, existing(state, event, "CALLBACK"), "TIMED_OUT", event.at, undefined, event.error);
      return;
    case "ChainedInvokeStarted":
      open(state, event, "CHAINED_INVOKE");
      meter(state, 0, event.input);
      return;
    case "ChainedInvokeSucceeded":
      end(state, existing(state, event, "CHAINED_INVOKE"), "SUCCEEDED", event.at, event.result);
      return;
    case "ChainedInvokeFailed":
      end(state, existing(state, event, "CHAINED_INVOKE"), "FAILED", event.at, undefined, event.error);
      return;
    case "ChainedInvokeTimedOut":
      end(state, existing(state, event, "CHAINED_INVOKE"), "TIMED_OUT", event.at, undefined, event.error);
      return;
    case "ChainedInvokeStopped":
      end(state, existing(state, event, "CHAINED_INVOKE"), "STOPPED", event.at, undefined, event.error);
  }
}

export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

function take(state: ExecutionState, request: TakenRequest): void {
  const fresh = state.taken.filter(({ at }) => request.at - at < CLIENT_TOKEN_MS);
  state.taken = request.clientToken === undefined ? fresh : [...fresh, request];
}

function close(state: ExecutionState, status: EndStatus, at: number): void {
  state.status = status;
  state.endedAt = at;
  state.retryAt = undefined;
  state.pause = undefined;
  const execution = state.operations.get(state.executionId);
  if (execution === undefined) return;
  execution.status = status;
  execution.endedAt = at;
}

function open(state: ExecutionState, event: OperationEvent, type: OperationType): OperationRecord {
  const operation: OperationRecord = {
    id: event.id,
    type,
    name: event.name,
    subType: event.subType,
    parentId: event.parentId,
    startedAt: event.at,
    status: "STARTED",
  };
  state.operations.set(event.id, operation);
  state.failures = 0;
  if (isWaiting(operation)) state.waiting++;
  meter(state, 1);
  return operation;
}

/** The event's operation. A step or context may be closed without having been started, and is created then. */
function existing(state: ExecutionState, event: OperationEvent, type: OperationType): OperationRecord {
  return state.operations.get(event.id) ?? open(state, event, type);
}

function endAttempt(
  state: ExecutionState,
  event: OperationEvent & { readonly attempt: number; readonly retry?: Retry },
  status: "SUCCEEDED" | "FAILED",
  result: string | undefined,
  error: ErrorObject | undefined,
): void {
  const step = existing(state, event, "STEP");
  step.attempt = event.attempt;
  if (event.retry === undefined) {
    end(state, step, status, event.at, result, error);
    return;
  }
  step.result = result;
  step.error = error;
  step.scheduledAt = event.retry.due;
  setStatus(state, step, "PENDING");
  setDue(state, step, event.retry.due);
  state.failures = 0;
  meter(state, 1, result, error);
}

function end(
  state: ExecutionState,
  operation: OperationRecord,
  status: OperationStatus,
  at: number,
  result?: string,
  error?: ErrorObject,
): void {
  setStatus(state, operation, status);
  setDue(state, operation, undefined);
  operation.endedAt = at;
  operation.result = result;
  operation.error = error;
  operation.scheduledAt = operation.type === "WAIT" ? operation.scheduledAt : undefined;
  state.failures = 0;
  meter(state, 0, result, error);
}

function setStatus(state: ExecutionState, operation: OperationRecord, status: OperationStatus): void {
  const before = isWaiting(operation);
  operation.status = status;
  state.waiting += Number(isWaiting(operation)) - Number(before);
}

function setDue(state: ExecutionState, operation: OperationRecord, due: number | undefined): void {
  operation.due = due;
  if (due !== undefined) state.timers.push({ due, operationId: operation.id });
}

function isWaiting({ type, status }: OperationRecord): boolean {
  if (type === "STEP") return status === "PENDING";
  return status === "STARTED" && (type === "WAIT" || type === "CALLBACK" || type === "CHAINED_INVOKE");
}

function meter(state: ExecutionState, operations: number, payload?: string, error?: ErrorObject): void {
  state.operationCount += operations;
  if (payload !== undefined) state.bytesWritten += Buffer.byteLength(payload);
  if (error !== undefined) state.bytesWritten += Buffer.byteLength(JSON.stringify(error));
}
