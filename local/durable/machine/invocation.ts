import type { ErrorObject } from "../contract.ts";
import type { InvocationOutcome } from "../../lambda/function-version.ts";
import { hasEnded } from "../status.ts";
import { record, type Moment } from "./decision.ts";
import type { InvocationEvent, RecordedEvent } from "./event.ts";
import { limitError } from "./limits.ts";
import { parseOutput } from "./output.ts";
import { takePause } from "./pause.ts";
import { retryDelaySeconds } from "./retry.ts";
import type { ExecutionState } from "./state.ts";

/** The one invocation that an execution has in flight. */
export interface RunningInvocation {
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** Consecutive invocations that return PENDING without a pending operation and fail the execution. The SDKs race here; AWS's test server has the same limit. */
const NOTHING_PENDING_ATTEMPTS = 3;

/** What follows an invocation: the end of the execution, another invocation, or none until an operation completes. */
export type Next = "closed" | "invoke" | "suspend";

export interface InvocationEnd {
  readonly invocation: RunningInvocation;
  readonly outcome: InvocationOutcome;
  /** Whether a pause interrupted this invocation. */
  readonly interrupted: boolean;
  /** Whether operations have changed that the handler has not been shown. */
  readonly unseen: boolean;
  /** Bound of the execution's result. */
  readonly maxResultBytes: number;
  /** Consecutive failed invocations that fail the execution. */
  readonly maxFailures: number;
}

/** Takes the end of an invocation. */
export function endInvocation(state: ExecutionState, command: InvocationEnd, moment: Moment): { readonly events: RecordedEvent[]; readonly next: Next } {
  const events: RecordedEvent[] = [];
  if (hasEnded(state.status)) return { events, next: "closed" };
  if (command.interrupted) {
    // JS SDK 2.4.0 keeps its old token after a response without one. The next checkpoint is refused, and the SDK returns FAILED.
    completed(state, events, command.invocation, moment, { interrupted: true });
    return { events, next: state.status === "PAUSED" ? "suspend" : "invoke" };
  }
  const next = takeOutcome(state, events, command, moment);
  if (state.status !== "PAUSING") return { events, next };
  takePause(state, events, next === "invoke", moment);
  return { events, next: "suspend" };
}

function takeOutcome(state: ExecutionState, events: RecordedEvent[], command: InvocationEnd, moment: Moment): Next {
  const { invocation, outcome } = command;
  if (outcome.kind === "error") return failInvocation(state, events, command, outcome, moment);
  const output = parseOutput(outcome.payload, command.maxResultBytes);
  if (output.status === "PENDING") {
    if (!command.unseen && state.waiting === 0) return refusePending(state, events, invocation, moment);
    completed(state, events, invocation, moment);
    return command.unseen ? "invoke" : "suspend";
  }
  if (output.status === "INVALID") {
    const error = invalidOutput(output.message);
    completed(state, events, invocation, moment, { error });
    return fail(state, events, error, moment);
  }
  completed(state, events, invocation, moment);
  if (output.status === "FAILED") return fail(state, events, output.error, moment);
  record(state, events, { type: "ExecutionSucceeded", at: moment.now, result: output.result });
  return "closed";
}

function refusePending(state: ExecutionState, events: RecordedEvent[], invocation: RunningInvocation, moment: Moment): Next {
  const error = invalidOutput("Cannot return PENDING status with no pending operations.");
  const limit = limitError(state, 1, Buffer.byteLength(JSON.stringify(error)));
  completed(state, events, invocation, moment, { error, nothingPending: true });
  if (limit !== undefined) return fail(state, events, limit, moment);
  return state.nothingPending < NOTHING_PENDING_ATTEMPTS ? "invoke" : fail(state, events, error, moment);
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
  { invocation, maxFailures }: InvocationEnd,
  outcome: InvocationOutcome & { readonly kind: "error" },
  moment: Moment,
): Next {
  const error: ErrorObject = {
    ErrorType: outcome.errorType,
    ErrorMessage: outcome.errorMessage.slice(0, MAX_MESSAGE_CHARACTERS),
  };
  const limit = limitError(state, 1, Buffer.byteLength(JSON.stringify(error)));
  const failures = state.failures + 1;
  const last = limit ?? (failures >= maxFailures ? error : undefined);
  const delay = retryDelaySeconds(outcome.errorType, failures);
  const retryAt = last === undefined ? Math.ceil(moment.now + moment.scale(delay * 1000)) : undefined;
  completed(state, events, invocation, moment, { error, retryAt });
  if (last !== undefined) return fail(state, events, last, moment);
  return delay === 0 ? "invoke" : "suspend";
}

/** Keeps the error of a failed invocation well under the size that an error object may have. */
const MAX_MESSAGE_CHARACTERS = 8_192;

function invalidOutput(message: string): ErrorObject {
  return { ErrorType: "InvalidParameterValueException", ErrorMessage: message };
}

function fail(state: ExecutionState, events: RecordedEvent[], error: ErrorObject, moment: Moment): Next {
  record(state, events, { type: "ExecutionFailed", at: moment.now, error });
  return "closed";
}

function completed(
  state: ExecutionState,
  events: RecordedEvent[],
  invocation: RunningInvocation,
  moment: Moment,
  details: Pick<InvocationEvent, "error" | "retryAt" | "nothingPending" | "interrupted"> = {},
): void {
  const { requestId, startedAt } = invocation;
  record(state, events, { type: "InvocationCompleted", at: moment.now, startedAt, requestId, ...details });
}
