import type { ErrorObject } from "../contract.ts";
import { AwsError } from "../../errors.ts";
import { type EndStatus, hasEnded } from "../status.ts";
import { eventOf, record, timeoutAfter, type Moment } from "./decision.ts";
import type { RecordedEvent } from "./event.ts";
import { invalid, noCallback } from "./invalid.ts";
import { endInvocationByClose, type RunningInvocation } from "./invocation.ts";
import { exceeds, isErrorTooLarge, MAX_ERROR_BYTES, MAX_OPERATION_PAYLOAD_BYTES } from "./limits.ts";
import type { ExecutionState, OperationRecord } from "./state.ts";

/** What somebody outside reports about a callback. */
export type CallbackReport =
  | { readonly kind: "succeed"; readonly result?: string }
  | { readonly kind: "fail"; readonly error: ErrorObject }
  | { readonly kind: "heartbeat" };

/**
 * Takes the report of a callback.
 *
 * @throws AwsError CallbackTimeoutException when the callback, or its execution, has ended
 * @throws AwsError ResourceNotFoundException when the execution has no such operation
 * @throws AwsError InvalidParameterValueException for a callback that never was, or a report that is too large
 */
export function reportCallback(
  state: ExecutionState,
  command: { readonly operationId: string; readonly callbackId: string; readonly report: CallbackReport },
  moment: Moment,
): RecordedEvent[] {
  const callback = state.operations.get(command.operationId);
  if (callback === undefined) throw noCallback();
  if (callback.callbackId !== command.callbackId) throw invalid("Invalid callback id");
  if (hasEnded(state.status) || callback.status !== "STARTED") {
    throw new AwsError("CallbackTimeoutException", "The callback is either timed out or already completed", 400, { Type: "User" });
  }
  const events: RecordedEvent[] = [];
  const common = eventOf(callback, moment.now);
  const { report } = command;
  switch (report.kind) {
    case "succeed":
      if (exceeds(report.result, MAX_OPERATION_PAYLOAD_BYTES)) {
        throw invalid(`CALLBACK payload size must be less than or equal to ${MAX_OPERATION_PAYLOAD_BYTES} bytes.`);
      }
      record(state, events, { type: "CallbackSucceeded", ...common, result: report.result });
      break;
    case "fail":
      if (isErrorTooLarge(report.error)) throw invalid(`Error object size must be less than ${MAX_ERROR_BYTES} bytes.`);
      record(state, events, { type: "CallbackFailed", ...common, error: report.error });
      break;
    case "heartbeat":
      // A callback without a heartbeat time-out has nothing to put off.
      if (callback.heartbeatSeconds !== undefined) {
        record(state, events, { type: "CallbackHeartbeat", ...common, heartbeatAt: timeoutAfter(moment, callback.heartbeatSeconds) });
      }
  }
  return events;
}

/** How the execution or function that a chained invoke started has ended. */
export interface ChainedOutcome {
  readonly status: EndStatus;
  readonly result?: string;
  readonly error?: ErrorObject;
}

/** Takes the end of a chained invoke; nothing when it is no longer waited for. */
export function endChainedInvoke(
  state: ExecutionState,
  command: { readonly operationId: string; readonly outcome: ChainedOutcome },
  moment: Moment,
): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  const invoke = state.operations.get(command.operationId);
  if (hasEnded(state.status) || invoke?.type !== "CHAINED_INVOKE" || invoke.status !== "STARTED") return events;
  record(state, events, chainedEvent(invoke, command.outcome, moment));
  return events;
}

function chainedEvent(invoke: OperationRecord, outcome: ChainedOutcome, moment: Moment): RecordedEvent {
  const common = eventOf(invoke, moment.now);
  switch (outcome.status) {
    case "SUCCEEDED":
      return { type: "ChainedInvokeSucceeded", ...common, result: outcome.result };
    case "FAILED":
      return { type: "ChainedInvokeFailed", ...common, error: outcome.error ?? {} };
    case "TIMED_OUT":
      return { type: "ChainedInvokeTimedOut", ...common, error: { ErrorMessage: "The invoked execution timed out.", ErrorType: "ChainedInvoke.Timeout" } };
    case "STOPPED":
      return { type: "ChainedInvokeStopped", ...common, error: { ErrorMessage: "The invoked execution was stopped.", ...outcome.error, ErrorType: "ChainedInvoke.Stopped" } };
  }
}

/** Stops the execution; a closed one stays as it is. Its invocation is not interrupted, but no longer listened to. */
export function stop(
  state: ExecutionState,
  command: { readonly error: ErrorObject; readonly invocation?: RunningInvocation },
  moment: Moment,
): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  if (hasEnded(state.status)) return events;
  if (isErrorTooLarge(command.error)) throw invalid(`Error object size must be less than ${MAX_ERROR_BYTES} bytes.`);
  endInvocationByClose(state, events, command.invocation, moment);
  record(state, events, { type: "ExecutionStopped", at: moment.now, error: command.error });
  return events;
}
