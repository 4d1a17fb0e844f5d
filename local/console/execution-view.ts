import type { ExecutionSummary, ExecutionView, FailedExecution, LogLine, NextTimer, OpenCallback, OperationView } from "../../console/api.ts";
import type { ErrorObject } from "../durable/contract.ts";
import { replay } from "../durable/machine/evolve.ts";
import type { RecordedEvent } from "../durable/machine/event.ts";
import type { ExecutionState } from "../durable/machine/state.ts";
import { nextTimerOf } from "../durable/machine/timers.ts";
import type { ExecutionRow } from "../durable/repository.ts";
import { logStreamName } from "../ecs/launch.ts";
import type { Task } from "../ecs/task.ts";
import { costOf } from "./cost.ts";
import { type ConsoleServices, workflowOf } from "./services.ts";
import { failure, invocations, taskOperation, timeline } from "./timeline.ts";

const LOG_LINES = 500;
/** Lines come with the time at which they were read from the process, a little after they were written. */
const LOG_SLACK_MS = 250;

export function executionSummary(services: ConsoleServices, row: ExecutionRow): ExecutionSummary {
  return {
    arn: services.executions.arnOf(row),
    executionId: row.executionId,
    name: row.name,
    workflow: workflowOf(services, row.functionName),
    version: row.version,
    status: row.status,
    startedAt: row.startedAt,
    endedAt: row.endedAt ?? undefined,
  };
}

export function executionView(services: ConsoleServices, row: ExecutionRow): ExecutionView {
  const events = services.executions.events(row.id);
  const state = replay(events);
  const tasks = services.taskBrowser.startedBy(row.executionId);
  const operations = timeline(events);
  const parent = row.parent === null ? undefined : services.executions.get(row.parent);
  const ended = invocations(events);
  const { memoryMegabytes } = services.registry.resolve(row.functionName, row.version).version;
  return {
    ...executionSummary(services, row),
    input: state.input,
    result: state.result,
    error: failure(state.error),
    deadline: state.deadline,
    nextTimer: nextTimer(state),
    parentArn: parent && services.executions.arnOf(parent),
    invocations: ended,
    operations: [...operations, ...tasks.map((task) => taskOperation(task, operations))],
    cost: costOf({ operations: state.operationCount, bytesWritten: state.bytesWritten }, ended, memoryMegabytes, tasks, services.clock.now()),
  };
}

function nextTimer(state: ExecutionState): NextTimer | undefined {
  const next = nextTimerOf(state);
  return next && { due: next.due, operationIds: next.operations.map(({ id }) => id) };
}

/** @param operationId nothing for the whole execution; the id of a task for a task */
export function operationView(services: ConsoleServices, row: ExecutionRow, operationId: string | undefined): OperationView {
  const task = services.taskBrowser.startedBy(row.executionId).find(({ id }) => id === operationId);
  if (task !== undefined) return taskOperationView(services, task);
  const events = services.executions.events(row.id);
  const operation = timeline(events).find(({ id }) => id === operationId);
  const data = operation === undefined ? {} : payloads(events.filter((event) => "id" in event && event.id === operationId));
  const from = operation?.startedAt ?? row.startedAt;
  const to = operation?.endedAt ?? row.endedAt ?? services.clock.now();
  return { ...data, logs: functionLogs(services, row, events, from, to) };
}

/** Callbacks that nobody has answered yet. */
export function openCallbacks(services: ConsoleServices, limit: number): OpenCallback[] {
  return services.executions.withCallbacks(limit).flatMap((row) => {
    const execution = executionSummary(services, row);
    return timeline(services.executions.events(row.id))
      .filter(({ kind, status }) => kind === "CALLBACK" && status === "STARTED")
      .map((operation) => ({ execution, operation }));
  });
}

export function failedExecution(services: ConsoleServices, row: ExecutionRow): FailedExecution {
  const last = services.executions.lastEvents(row.id).at(-1);
  const error = last?.type === "ExecutionFailed" ? failure(last.error) : undefined;
  return { ...executionSummary(services, row), error: error ?? { type: row.status, message: "" } };
}

function taskOperationView(services: ConsoleServices, task: Task): OperationView {
  const definition = services.tasks.definitions.taskDefinition(task.taskDefinitionArn);
  const logs = (definition?.containers ?? []).flatMap((container) => {
    if (container.logGroupName === undefined) return [];
    services.logs.flush();
    const streamNames = [logStreamName(task, container)];
    return services.logs.reader.events({ groupName: container.logGroupName, streamNames, newest: true, limit: LOG_LINES }).map(toLine);
  });
  const variables = task.overrides.containerOverrides?.flatMap(({ environment }) => environment ?? []) ?? [];
  const stopped = { stopCode: task.stopCode, stoppedReason: task.stoppedReason, exitCode: task.containers[0]?.exitCode };
  return {
    input: variables.find(({ name }) => name === "JOB_INPUT")?.value,
    result: task.stoppedAt === undefined ? undefined : JSON.stringify(stopped),
    logs,
  };
}

/** Lines of the function that carry the id of one of the execution's invocations, or the execution's own. */
function functionLogs(services: ConsoleServices, row: ExecutionRow, events: readonly RecordedEvent[], from: number, to: number): LogLine[] {
  const { logGroupName } = services.registry.resolve(row.functionName, row.version).version;
  const during = invocations(events).filter(({ startedAt, endedAt }) => startedAt <= to && endedAt >= from);
  services.logs.flush();
  return services.logs.reader
    .events({
      groupName: logGroupName,
      startTime: from - LOG_SLACK_MS,
      endTime: to + LOG_SLACK_MS,
      pattern: { all: [], any: [row.executionId, ...during.slice(-100).map(({ requestId }) => requestId)], none: [] },
      newest: true,
      limit: LOG_LINES,
    })
    .map(toLine);
}

function toLine({ timestamp, message }: { timestamp: number; message: string }): LogLine {
  return { at: timestamp, message };
}

/** What an operation was given, and the last that it answered. */
function payloads(events: readonly RecordedEvent[]): Pick<OperationView, "input" | "result" | "error"> {
  let input: string | undefined;
  let result: string | undefined;
  let error: ErrorObject | undefined;
  for (const event of events) {
    if ("input" in event) input = event.input;
    if ("result" in event) result = event.result;
    if ("error" in event) error = event.error;
  }
  return { input, result, error: failure(error) };
}
