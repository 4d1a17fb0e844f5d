import type { Attempt, Failure, Invocation, Operation, OperationKind, Phase, TaskOutcome } from "../../operator/page/execution-api.ts";
import type { ErrorObject } from "../durable/contract.ts";
import type { RecordedEvent } from "../durable/machine/event.ts";
import type { Task } from "../ecs/task.ts";

type Draft = { -readonly [Key in keyof Operation]: Operation[Key] } & { attempts: Attempt[] };

/** A step may have begun so long before its start is on record. */
const CHECKPOINT_MS = 50;

/** What happened to an execution, as the bars of a timeline: in the order in which they began. */
export function timeline(events: readonly RecordedEvent[]): Operation[] {
  const operations = new Map<string, Draft>();
  for (const event of events) {
    if (!("id" in event) || event.type === "ExecutionStarted") continue;
    let operation = operations.get(event.id);
    if (operation === undefined) {
      operation = {
        id: event.id,
        parentId: event.parentId,
        kind: kindOf(event.type),
        subType: event.subType,
        name: event.name ?? "",
        status: "STARTED",
        startedAt: event.at,
        attempts: [],
        phases: [],
      };
      operations.set(event.id, operation);
    }
    apply(operation, event);
  }
  return [...operations.values()];
}

export function invocations(events: readonly RecordedEvent[]): Invocation[] {
  return events.flatMap((event) =>
    event.type === "InvocationCompleted"
      ? [{ requestId: event.requestId, startedAt: event.startedAt, endedAt: event.at, error: failure(event.error) }]
      : [],
  );
}

/** A task as a bar of its own, inside the step that started it: the first that answered its ARN, or that was running when it was created. */
export function taskOperation(task: Task, operations: readonly Operation[], events: readonly RecordedEvent[]): Operation {
  const answered = events.find((event) => event.type === "StepSucceeded" && event.result?.includes(task.arn) === true);
  const parentId = answered !== undefined && "id" in answered ? answered.id : operations.findLast((operation) => isRunningAt(operation, task.createdAt))?.id;
  return {
    id: task.id,
    parentId,
    kind: "TASK",
    name: "ECS task",
    status: task.lastStatus,
    startedAt: task.createdAt,
    endedAt: task.stoppedAt,
    attempts: [],
    phases: phases(task),
    taskArn: task.arn,
    outcome: taskOutcome(task),
  };
}

/** Ids of an operation and of everything inside it. */
export function withinOperation(operations: readonly Operation[], id: string): string[] {
  const ids = new Set([id]);
  // Whatever contains an operation began before it.
  for (const operation of operations) if (operation.parentId !== undefined && ids.has(operation.parentId)) ids.add(operation.id);
  return [...ids];
}

export function failure(error: ErrorObject | undefined): Failure | undefined {
  return error && { type: error.ErrorType ?? "Error", message: error.ErrorMessage ?? "" };
}

/** @returns nothing for a task that has not stopped */
export function taskOutcome({ lastStatus, stopCode, containers }: Task): TaskOutcome | undefined {
  if (lastStatus !== "STOPPED") return undefined;
  if (containers.some(({ exitCode }) => exitCode === 0)) return "SUCCEEDED";
  return stopCode === "UserInitiated" ? "STOPPED" : "FAILED";
}

function isRunningAt({ kind, startedAt, endedAt = Infinity }: Operation, moment: number): boolean {
  return kind === "STEP" && startedAt - CHECKPOINT_MS <= moment && moment <= endedAt;
}

function phases({ createdAt, startedAt, stoppingAt, stoppedAt }: Task): Phase[] {
  const end = stoppingAt ?? stoppedAt;
  const starting: Phase = { name: "starting", from: createdAt, to: startedAt ?? end };
  const running: Phase[] = startedAt === undefined ? [] : [{ name: "running", from: startedAt, to: end }];
  const stopping: Phase[] = stoppingAt === undefined ? [] : [{ name: "stopping", from: stoppingAt, to: stoppedAt }];
  return [starting, ...running, ...stopping];
}

function kindOf(type: RecordedEvent["type"]): OperationKind {
  if (type.startsWith("Step")) return "STEP";
  if (type.startsWith("Wait")) return "WAIT";
  if (type.startsWith("Callback")) return "CALLBACK";
  return type.startsWith("Chained") ? "CHAINED_INVOKE" : "CONTEXT";
}

function apply(operation: Draft, event: RecordedEvent): void {
  switch (event.type) {
    case "StepStarted":
      operation.status = "STARTED";
      operation.dueAt = undefined;
      operation.attempts.push({ number: operation.attempts.length + 1, startedAt: event.at, outcome: "running" });
      return;
    case "StepSucceeded":
    case "StepFailed":
      endAttempt(operation, event);
      return;
    case "WaitStarted":
      operation.dueAt = event.due;
      return;
    case "CallbackStarted":
      operation.callbackId = event.callbackId;
      operation.timeoutAt = earliest(event.timeoutAt, event.heartbeatAt);
      return;
    case "CallbackHeartbeat":
      operation.timeoutAt = event.heartbeatAt;
      return;
    case "ChainedInvokeStarted":
      operation.executionArn = event.executionArn;
      operation.name ||= event.functionName;
      return;
    default: {
      const status = closingStatus(event.type);
      if (status !== undefined) end(operation, status, event.at);
    }
  }
}

function endAttempt(operation: Draft, event: RecordedEvent & { type: "StepSucceeded" | "StepFailed" }): void {
  const failed = event.type === "StepFailed";
  const { retry, at } = event;
  // A step that ends in the checkpoint that starts it may have no start of its own.
  const running = operation.attempts.at(-1);
  const open = running?.outcome === "running" ? (operation.attempts.pop() ?? running) : { number: event.attempt, startedAt: at };
  operation.attempts.push({
    ...open,
    endedAt: at,
    outcome: failed ? "failed" : retry === undefined ? "succeeded" : "again",
    error: failed ? failure(event.error) : undefined,
    retryAt: retry?.due,
    retrySeconds: retry?.delaySeconds,
  });
  if (retry === undefined) {
    end(operation, failed ? "FAILED" : "SUCCEEDED", at);
  } else {
    operation.status = "PENDING";
    operation.dueAt = retry.due;
  }
}

function end(operation: Draft, status: string, at: number): void {
  operation.status = status;
  operation.endedAt = at;
  operation.dueAt = undefined;
  operation.timeoutAt = undefined;
}

function closingStatus(type: RecordedEvent["type"]): string | undefined {
  if (type.endsWith("Succeeded")) return "SUCCEEDED";
  if (type.endsWith("Failed")) return "FAILED";
  if (type.endsWith("TimedOut")) return "TIMED_OUT";
  if (type.endsWith("Stopped")) return "STOPPED";
  return type.endsWith("Cancelled") ? "CANCELLED" : undefined;
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
