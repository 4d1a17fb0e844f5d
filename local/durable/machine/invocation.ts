import type { ErrorObject } from "../contract.ts";
import type { InvocationOutcome } from "../../lambda/function-version.ts";
import { record, type Moment } from "./decision.ts";
import type { RecordedEvent } from "./event.ts";
import { limitError } from "./limits.ts";
import { parseOutput } from "./output.ts";
import { retryDelaySeconds } from "./retry.ts";
import type { ExecutionState } from "./state.ts";

/** The one invocation that an execution has in flight. */
export interface RunningInvocation {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** What comes after an invocation: nothing more, another at once, or a pause until something happens. */
export type Next = "closed" | "invoke" | "suspend";

/**
 * Takes the end of an invocation.
 *
 * @param unseen whether operations have changed that the handler has not been shown
 * @param maxResultBytes bound of the execution's result
 */
export function endInvocation(
  state: ExecutionState,
  command: {
    readonly invocation: RunningInvocation;
    readonly outcome: InvocationOutcome;
    readonly unseen: boolean;
    readonly maxResultBytes: number;
  },
  moment: Moment,
): { readonly events: RecordedEvent[]; readonly next: Next } {
  const events: RecordedEvent[] = [];
  if (state.status !== "RUNNING") return { events, next: "closed" };
  const { invocation, outcome } = command;
  if (outcome.kind === "error") {
    return { events, next: failInvocation(state, events, invocation, outcome, moment) };
  }
  const output = parseOutput(outcome.payload, command.maxResultBytes);
  if (output.status === "PENDING") {
    if (command.unseen) {
      completed(state, events, invocation, moment);
      return { events, next: "invoke" };
    }
    if (state.waiting > 0) {
      completed(state, events, invocation, moment);
      return { events, next: "suspend" };
    }
    failWith(state, events, invocation, invalidOutput("Cannot return PENDING status with no pending operations."), moment);
    return { events, next: "closed" };
  }
  if (output.status === "INVALID") {
    failWith(state, events, invocation, invalidOutput(output.message), moment);
    return { events, next: "closed" };
  }
  completed(state, events, invocation, moment);
  const at = moment.now;
  if (output.status === "SUCCEEDED") record(state, events, { type: "ExecutionSucceeded", at, result: output.result });
  else record(state, events, { type: "ExecutionFailed", at, error: output.error });
  return { events, next: "closed" };
}

/**
 * An execution that closes while its invocation runs ends the record of that invocation too, so that the closing event is
 * the last of every history; what the invocation answers later is ignored.
 */
export function endInvocationByClose(
  state: ExecutionState,
  events: RecordedEvent[],
  invocation: RunningInvocation | undefined,
  moment: Moment,
): void {
  if (invocation !== undefined) completed(state, events, invocation, moment);
}

function failInvocation(
  state: ExecutionState,
  events: RecordedEvent[],
  invocation: RunningInvocation,
  outcome: InvocationOutcome & { readonly kind: "error" },
  moment: Moment,
): Next {
  const error: ErrorObject = {
    ErrorType: outcome.errorType,
    ErrorMessage: outcome.errorMessage.slice(0, MAX_MESSAGE_CHARACTERS),
  };
  const limit = limitError(state, 1, Buffer.byteLength(JSON.stringify(error)));
  const delay = retryDelaySeconds(outcome.errorType, state.failures + 1);
  const retryAt = limit === undefined ? Math.ceil(moment.now + moment.scale(delay * 1000)) : undefined;
  completed(state, events, invocation, moment, error, retryAt);
  if (limit !== undefined) {
    record(state, events, { type: "ExecutionFailed", at: moment.now, error: limit });
    return "closed";
  }
  return delay === 0 ? "invoke" : "suspend";
}

/** Keeps the error of a failed invocation well under the size that an error object may have. */
const MAX_MESSAGE_CHARACTERS = 8_192;

function invalidOutput(message: string): ErrorObject {
  return { ErrorType: "InvalidParameterValueException", ErrorMessage: message };
}

function failWith(state: ExecutionState, events: RecordedEvent[], invocation: RunningInvocation, error: ErrorObject, moment: Moment): void {
  completed(state, events, invocation, moment, error);
  record(state, events, { type: "ExecutionFailed", at: moment.now, error });
}

function completed(
  state: ExecutionState,
  events: RecordedEvent[],
  invocation: RunningInvocation,
  moment: Moment,
  error?: ErrorObject,
  retryAt?: number,
): void {
  const { requestId, startedAt } = invocation;
  record(state, events, { type: "InvocationCompleted", at: moment.now, startedAt, requestId, error, retryAt });
}
