import type { FailedExecution, OpenCallback } from "../../operator/page/api.ts";
import type { ExecutionSummary, ExecutionView, Invocation, NextTimer } from "../../operator/page/execution-api.ts";
import { replay } from "../durable/machine/evolve.ts";
import type { RecordedEvent } from "../durable/machine/event.ts";
import type { ExecutionState } from "../durable/machine/state.ts";
import { nextTimerOf } from "../durable/machine/timers.ts";
import type { ExecutionRow } from "../durable/repository.ts";
import { costOf } from "./cost.ts";
import { type ConsoleServices, versionOf, workflowOf } from "./services.ts";
import { failure, invocations, taskOperation, timeline } from "./timeline.ts";

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

/** Of a function whose memory is not known any more. */
const SMALLEST_MEMORY_MEGABYTES = 128;

export function executionView(services: ConsoleServices, row: ExecutionRow): ExecutionView {
  const events = services.executions.events(row.id);
  const state = replay(events);
  const tasks = services.taskBrowser.startedBy(row.executionId);
  const operations = timeline(events);
  const parent = row.parent === null ? undefined : services.executions.get(row.parent);
  const invoked = allInvocations(services, row, events);
  const memoryMegabytes = versionOf(services, row)?.memoryMegabytes ?? SMALLEST_MEMORY_MEGABYTES;
  return {
    ...executionSummary(services, row),
    input: state.input,
    result: state.result,
    error: failure(state.error),
    deadline: state.deadline,
    nextTimer: nextTimer(state),
    parentArn: parent && services.executions.arnOf(parent),
    invocations: invoked,
    operations: [...operations, ...tasks.map((task) => taskOperation(task, operations, events))],
    cost: costOf({ operations: state.operationCount, bytesWritten: state.bytesWritten }, invoked, memoryMegabytes, tasks, services.clock.now()),
  };
}

/** Those that have ended, and the one in flight. */
export function allInvocations({ engine, executions }: Pick<ConsoleServices, "engine" | "executions">, row: ExecutionRow, events: readonly RecordedEvent[]): Invocation[] {
  const running = row.status === "RUNNING" ? engine.invocation(executions.arnOf(row)) : undefined;
  return [...invocations(events), ...(running === undefined ? [] : [{ requestId: running.requestId, startedAt: running.startedAt }])];
}

function nextTimer(state: ExecutionState): NextTimer | undefined {
  const next = nextTimerOf(state);
  return next && { due: next.due, operationIds: next.operations.map(({ id }) => id) };
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
  return { ...executionSummary(services, row), error: error ?? { type: "Timed out", message: "It had not ended by its deadline." } };
}
