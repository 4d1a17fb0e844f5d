import type { ErrorObject, Event } from "@aws-sdk/client-lambda";
import type { Attempt, Operation } from "../shapes.ts";
import { describeError, parsePayload } from "./payload.ts";

/** An execution's operations, and what they count for. */
export interface Operations {
  /** Parents before their children, else in the order in which they began. */
  readonly operations: readonly Operation[];
  /** As AWS meters them: the start, every operation, every further attempt, every failed invocation. */
  readonly billedOperations: number;
  readonly invocations: number;
}

/** What the `…Details` of an event may hold, whichever its type. */
interface EventDetails {
  readonly Result?: { readonly Payload?: string };
  readonly Error?: { readonly Payload?: ErrorObject };
  readonly RetryDetails?: { readonly CurrentAttempt?: number; readonly NextAttemptDelaySeconds?: number };
  readonly ScheduledEndTimestamp?: Date;
  readonly Timeout?: number;
  readonly HeartbeatTimeout?: number;
  readonly CallbackId?: string;
  readonly DurableExecutionArn?: string;
}

const TYPES = { Step: "STEP", Wait: "WAIT", Callback: "CALLBACK", Context: "CONTEXT", ChainedInvoke: "CHAINED_INVOKE" } as const;
const ENDS = { Succeeded: "SUCCEEDED", Failed: "FAILED", TimedOut: "TIMED_OUT", Stopped: "STOPPED", Cancelled: "CANCELLED" } as const;
const EVENT_TYPE = /^(Step|Wait|Callback|Context|ChainedInvoke)(Started|Succeeded|Failed|TimedOut|Stopped|Cancelled)$/;

/**
 * Reads a history.
 *
 * @param speed of the stack's clock, by which declared delays have shrunk
 */
export function readOperations(events: readonly Event[], speed: number): Operations {
  const operations = new Map<string, Operation>();
  let billedOperations = 0;
  let invocations = 0;
  for (const event of events) {
    const details = (event[`${event.EventType ?? ""}Details` as keyof Event] ?? {}) as EventDetails; // The members all types share out among them.
    const [, kind, change] = EVENT_TYPE.exec(event.EventType ?? "") ?? [];
    if (event.EventType === "ExecutionStarted") billedOperations++;
    if (event.EventType === "InvocationCompleted") {
      invocations++;
      if (details.Error !== undefined) billedOperations++;
    }
    if (kind === undefined || change === undefined || event.Id === undefined) continue;
    let operation = operations.get(event.Id);
    if (operation === undefined) {
      operation = begin(event, TYPES[kind as keyof typeof TYPES], details, speed);
      operations.set(event.Id, operation);
      billedOperations++;
    }
    if (operation.type === "STEP" && !attempt(operation, event, details, change, speed)) billedOperations++;
    else if (change !== "Started") end(operation, event, details, ENDS[change as keyof typeof ENDS]);
  }
  return { operations: inTreeOrder([...operations.values()]), billedOperations, invocations };
}

function begin(event: Event, type: Operation["type"], details: EventDetails, speed: number): Operation {
  const timeouts = [details.Timeout, details.HeartbeatTimeout].filter((seconds) => seconds !== undefined && seconds > 0) as number[];
  const timeout = timeouts.length > 0 ? later(event, Math.min(...timeouts) / speed) : null;
  return {
    id: event.Id ?? "",
    parentId: event.ParentId ?? null,
    name: event.Name ?? null,
    type,
    subType: event.SubType ?? null,
    status: "STARTED",
    startedAt: time(event),
    endedAt: null,
    due: details.ScheduledEndTimestamp?.toISOString() ?? timeout,
    attempts: [],
    callbackId: details.CallbackId ?? null,
    executionArn: details.DurableExecutionArn ?? null,
    result: null,
    error: null,
  };
}

/** Takes an event of a step. @returns false when another attempt follows */
function attempt(step: Operation, event: Event, details: EventDetails, change: string, speed: number): boolean {
  if (change === "Started") {
    step.attempts.push(newAttempt(step, event));
    step.status = "STARTED";
    step.due = null;
    return true;
  }
  const last = step.attempts.at(-1);
  const current: Attempt = last?.endedAt === null ? last : newAttempt(step, event);
  if (current !== last) step.attempts.push(current);
  current.status = change === "Succeeded" ? "SUCCEEDED" : "FAILED";
  current.endedAt = time(event);
  current.error = describeError(details.Error?.Payload);
  const delaySeconds = details.RetryDetails?.NextAttemptDelaySeconds;
  if (delaySeconds === undefined) {
    end(step, event, details, current.status);
    return true;
  }
  step.status = "PENDING";
  step.due = current.nextAttemptAt = later(event, delaySeconds / speed);
  return false;
}

function newAttempt(step: Operation, event: Event): Attempt {
  return { number: step.attempts.length + 1, status: "RUNNING", startedAt: time(event), endedAt: null, error: null, nextAttemptAt: null };
}

function end(operation: Operation, event: Event, details: EventDetails, status: Operation["status"]): void {
  operation.status = status;
  operation.endedAt = time(event);
  operation.result = parsePayload(details.Result?.Payload);
  operation.error = describeError(details.Error?.Payload);
  if (operation.type === "STEP") operation.due = null;
}

function time({ EventTimestamp }: Event): string {
  return (EventTimestamp ?? new Date(0)).toISOString();
}

function later(event: Event, seconds: number): string {
  return new Date((event.EventTimestamp?.getTime() ?? 0) + seconds * 1000).toISOString();
}

function inTreeOrder(operations: readonly Operation[]): Operation[] {
  const children = Map.groupBy(operations, ({ parentId }) => parentId);
  const ids = new Set(operations.map(({ id }) => id));
  const under = (parents: readonly Operation[]): Operation[] => parents.flatMap((parent) => [parent, ...under(children.get(parent.id) ?? [])]);
  return under(operations.filter(({ parentId }) => parentId === null || !ids.has(parentId)));
}
