import type { ErrorObject } from "./contract.ts";
import type { RecordedEvent } from "./machine/event.ts";
import { epochSeconds } from "./time-stamps.ts";

/** An event of the history, as the API writes it. */
export type HistoryEvent = Readonly<Record<string, unknown>>;

/**
 * @param execution whose event it is
 * @param includeData whether payloads and errors are shown, not only what happened
 */
export function historyEvent(
  execution: { readonly executionId: string; readonly name: string },
  eventId: number,
  event: RecordedEvent,
  includeData: boolean,
): HistoryEvent {
  const operation = "id" in event ? { Id: event.id, Name: event.name, ...placeOf(event) } : ownerOf(event, execution);
  return {
    EventType: event.type,
    EventId: eventId,
    EventTimestamp: epochSeconds(event.at),
    ...operation,
    [`${event.type}Details`]: details(event, includeData),
  };
}

/** The end of an execution is an event of the operation that the execution itself is. */
function ownerOf({ type }: RecordedEvent, { executionId, name }: { readonly executionId: string; readonly name: string }): { Id?: string; Name?: string } {
  return type === "InvocationCompleted" ? {} : { Id: executionId, Name: name };
}

function placeOf(event: RecordedEvent): { SubType?: string; ParentId?: string } {
  return "parentId" in event || "subType" in event ? { SubType: event.subType, ParentId: event.parentId } : {};
}

function details(event: RecordedEvent, includeData: boolean): Readonly<Record<string, unknown>> {
  const payload = (text: string | undefined) => (text === undefined ? undefined : includeData ? { Payload: text, Truncated: false } : {});
  const error = (object: ErrorObject | undefined) => (object === undefined ? undefined : includeData ? { Payload: object, Truncated: false } : {});
  const reason = (text: string | undefined) => (text === undefined ? undefined : includeData ? { Payload: text, Truncated: false } : { Truncated: true });
  switch (event.type) {
    case "ExecutionStarted":
      return { Input: payload(event.input), ExecutionTimeout: event.timeoutSeconds };
    case "ExecutionSucceeded":
    case "ContextSucceeded":
    case "CallbackSucceeded":
    case "ChainedInvokeSucceeded":
      return { Result: payload(event.result) };
    case "ExecutionFailed":
    case "ExecutionStopped":
    case "ContextFailed":
    case "CallbackFailed":
    case "CallbackTimedOut":
    case "ChainedInvokeFailed":
    case "ChainedInvokeTimedOut":
    case "ChainedInvokeStopped":
      return { Error: error(event.error) };
    case "ExecutionPaused":
      return { PauseRequestTimestamp: epochSeconds(event.requestedAt), ExecutionTimeoutPaused: event.timeoutPaused, Reason: reason(event.reason) };
    case "ExecutionResumed":
      // The local stack resumes an execution at the time of the request.
      return { ResumeRequestTimestamp: epochSeconds(event.at), Reason: reason(event.reason) };
    case "InvocationCompleted":
      return {
        StartTimestamp: epochSeconds(event.startedAt),
        EndTimestamp: epochSeconds(event.at),
        RequestId: event.requestId,
        Error: error(event.error),
      };
    case "StepSucceeded":
      return { Result: payload(event.result), RetryDetails: retryDetails(event) };
    case "StepFailed":
      return { Error: error(event.error), RetryDetails: retryDetails(event) };
    case "WaitStarted":
      return { Duration: event.seconds, ScheduledEndTimestamp: epochSeconds(event.due) };
    case "WaitSucceeded":
      return { Duration: event.seconds };
    case "CallbackStarted":
      return { CallbackId: event.callbackId, Timeout: event.timeoutSeconds, HeartbeatTimeout: event.heartbeatSeconds };
    case "ChainedInvokeStarted":
      return {
        FunctionName: event.functionName,
        TenantId: event.tenantId,
        Input: payload(event.input),
        ExecutedVersion: event.executedVersion,
        DurableExecutionArn: event.executionArn,
      };
    default:
      return {};
  }
}

function retryDetails(event: { readonly attempt: number; readonly retry?: { readonly delaySeconds: number } }): Readonly<Record<string, unknown>> {
  return { CurrentAttempt: event.attempt, NextAttemptDelaySeconds: event.retry?.delaySeconds };
}
