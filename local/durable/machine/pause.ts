import { AwsError } from "../../errors.ts";
import { record, timeoutAfter, type Moment } from "./decision.ts";
import type { RecordedEvent } from "./event.ts";
import { CLIENT_TOKEN_MS, type ExecutionState, type PauseRequest, type TakenRequest } from "./state.ts";

/** An execution with a paused time-out times out this long after its start (service model, PauseDurableExecution). */
const LONGEST_EXECUTION_SECONDS = 366 * 86_400;

export interface ResumeRequest {
  readonly clientToken?: string;
  readonly reason?: string;
}

/**
 * Pauses the execution: at once when no invocation is in flight, otherwise at that invocation's next checkpoint or end.
 *
 * @param command.inFlight whether an invocation is in flight that can still checkpoint
 * @param command.invocationDue whether an invocation is due, or an earlier pause interrupted one
 * @throws AwsError ResourceConflictException unless the execution is running
 */
export function pause(
  state: ExecutionState,
  command: { readonly request: Omit<PauseRequest, "at">; readonly inFlight: boolean; readonly invocationDue: boolean },
  moment: Moment,
): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  const { request } = command;
  if (isRepeated(state, "pause", request, moment.now)) return events;
  if (state.status !== "RUNNING") throw conflict(`Cannot pause a durable execution with status ${state.status}.`);
  record(state, events, { type: "PauseRequested", at: moment.now, ...request });
  if (!command.inFlight) takePause(state, events, command.invocationDue, moment);
  return events;
}

/**
 * Lets a requested pause take effect.
 *
 * @param invokeOnResume whether the pause defers or interrupts an invocation
 */
export function takePause(state: ExecutionState, events: RecordedEvent[], invokeOnResume: boolean, moment: Moment): void {
  const { pause: request } = state;
  if (request === undefined) return;
  const { timeoutPaused, reason } = request;
  record(state, events, {
    type: "ExecutionPaused",
    at: moment.now,
    requestedAt: request.at,
    timeoutPaused,
    reason,
    invokeOnResume,
    deadline: timeoutPaused ? latestDeadline(state, moment) : state.deadline,
  });
}

/**
 * Resumes a paused execution, or cancels a pause that hasn't taken effect.
 *
 * @throws AwsError ResourceConflictException when the execution is neither pausing nor paused
 */
export function resume(state: ExecutionState, request: ResumeRequest, moment: Moment): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  if (isRepeated(state, "resume", request, moment.now)) return events;
  const { pause: paused } = state;
  if (paused === undefined) throw conflict(`Cannot resume a durable execution with status ${state.status}.`);
  if (paused.pausedAt === undefined) {
    record(state, events, { type: "PauseCancelled", at: moment.now, ...request });
    return events;
  }
  const extended = paused.deadlineBefore + (moment.now - paused.pausedAt);
  const deadline = paused.timeoutPaused ? Math.min(extended, latestDeadline(state, moment)) : state.deadline;
  record(state, events, { type: "ExecutionResumed", at: moment.now, ...request, deadline });
  return events;
}

/** Whether a request with the same token and parameters was accepted. The model documents no error for other parameters: the request counts as new. */
function isRepeated(state: ExecutionState, operation: "pause" | "resume", request: Omit<TakenRequest, "at" | "operation">, now: number): boolean {
  return state.taken.some(
    (taken) =>
      taken.operation === operation &&
      taken.clientToken === request.clientToken &&
      taken.reason === request.reason &&
      taken.timeoutPaused === request.timeoutPaused &&
      now - taken.at < CLIENT_TOKEN_MS,
  );
}

function latestDeadline(state: ExecutionState, moment: Moment): number {
  return timeoutAfter({ now: state.startedAt, scale: (milliseconds) => moment.scale(milliseconds) }, LONGEST_EXECUTION_SECONDS);
}

/** The error for a request that the execution's status doesn't allow. */
export function conflict(message: string): AwsError {
  return new AwsError("ResourceConflictException", message, 409, { Type: "User" });
}
