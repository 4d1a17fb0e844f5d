import { eventOf, record, timeoutAfter, type Moment } from "./decision.ts";
import { hasEnded } from "../status.ts";
import type { RecordedEvent } from "./event.ts";
import { earlier, evolve } from "./evolve.ts";
import { endInvocationByClose, type RunningInvocation } from "./invocation.ts";
import type { ExecutionState, OperationRecord } from "./state.ts";

/** Takes everything that has fallen due, in order of time: waits, step retries, callback time-outs, the execution's own. */
export function applyTimers(state: ExecutionState, invocation: RunningInvocation | undefined, moment: Moment): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  if (hasEnded(state.status)) return events;
  const last = Math.min(moment.now, state.deadline);
  for (let timer = nextTimer(state); timer !== undefined && timer.due <= last; timer = nextTimer(state)) {
    fire(state, events, timer.operation, moment.now);
  }
  if (state.deadline <= moment.now) {
    endInvocationByClose(state, events, invocation, moment);
    record(state, events, { type: "ExecutionTimedOut", at: moment.now });
  }
  return events;
}

/**
 * Puts off heartbeat time-outs to what they are when a heartbeat came at `since`: while the engine was down nobody could send
 * one, and what has become of the work is for its owner to say. Not an event: a state that is read again is put off again.
 */
export function excuseHeartbeats(state: ExecutionState, since: Moment): void {
  for (const callback of state.operations.values()) {
    if (callback.heartbeatSeconds === undefined || callback.status !== "STARTED") continue;
    const heartbeatAt = timeoutAfter(since, callback.heartbeatSeconds);
    if ((callback.heartbeatAt ?? 0) < heartbeatAt) evolve(state, { type: "CallbackHeartbeat", ...eventOf(callback, since.now), heartbeatAt });
  }
}

/** What a skip would bring about: the operations whose timer is the next, or the invocation that is to run again. */
export interface NextTimer {
  /** Epoch milliseconds. */
  readonly due: number;
  readonly operations: readonly OperationRecord[];
}

/** The next timer of an execution's operations and failed invocation. Its own time-out is none: nobody waits for that. */
export function nextTimerOf(state: ExecutionState): NextTimer | undefined {
  if (hasEnded(state.status)) return undefined;
  const due = Math.min(nextTimer(state)?.due ?? Infinity, retryAt(state));
  if (due === Infinity) return undefined;
  return { due, operations: [...state.operations.values()].filter((operation) => operation.due === due) };
}

/** Takes it that the operations' timers are due now, before their time. */
export function fireEarly(state: ExecutionState, operations: readonly OperationRecord[], now: number): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (const operation of operations) fire(state, events, operation, now);
  return events;
}

/** When time alone changes this execution next. */
export function nextDue(state: ExecutionState): number {
  return Math.min(nextTimer(state)?.due ?? Infinity, state.deadline);
}

/** When a suspended execution needs attention next: as {@link nextDue}, or when a failed invocation runs again. */
export function nextWake(state: ExecutionState): number {
  return Math.min(nextDue(state), retryAt(state));
}

/** Time of the next invocation after a failed one. A paused execution isn't invoked. */
function retryAt(state: ExecutionState): number {
  return state.status === "PAUSED" ? Infinity : (state.retryAt ?? Infinity);
}

function nextTimer(state: ExecutionState): { due: number; operation: OperationRecord } | undefined {
  for (let timer = state.timers.peek(); timer !== undefined; timer = state.timers.peek()) {
    const operation = state.operations.get(timer.operationId);
    if (operation?.due === timer.due) return { due: timer.due, operation };
    // Moved by a heartbeat, or no longer waited for.
    state.timers.pop();
  }
  return undefined;
}

function fire(state: ExecutionState, events: RecordedEvent[], operation: OperationRecord, now: number): void {
  const common = eventOf(operation, now);
  switch (operation.type) {
    case "WAIT":
      record(state, events, { type: "WaitSucceeded", ...common, seconds: operation.seconds ?? 0 });
      return;
    case "STEP":
      record(state, events, { type: "StepReady", ...common });
      return;
    default: {
      const heartbeat = operation.heartbeatAt !== undefined && earlier(operation.timeoutAt, operation.heartbeatAt) !== operation.timeoutAt;
      record(state, events, {
        type: "CallbackTimedOut",
        ...common,
        // The messages are those of AWS's test server (aws-durable-execution-sdk-python-testing 1.4.0).
        error: heartbeat
          ? { ErrorType: "Callback.Heartbeat", ErrorMessage: "Callback timed out on heartbeat" }
          : { ErrorType: "Callback.Timeout", ErrorMessage: "Callback timed out" },
      });
    }
  }
}
