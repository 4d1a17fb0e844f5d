import * as z from "zod";
import type { OperationView } from "../../operator/page/execution-api.ts";
import type { ErrorObject } from "../durable/contract.ts";
import type { RecordedEvent } from "../durable/machine/event.ts";
import type { ExecutionRow } from "../durable/repository.ts";
import type { Task } from "../ecs/task.ts";
import { allInvocations } from "./execution-view.ts";
import { functionLogs, taskLogs } from "./operation-logs.ts";
import type { ConsoleServices } from "./services.ts";
import { failure, timeline, withinOperation } from "./timeline.ts";

/** What a panel asks for. */
export const operationQuery = z.object({
  /** Of an operation or of a task; the whole execution when absent. */
  id: z.string().optional(),
  /** Number of an attempt: only its own lines of the log. */
  attempt: z.coerce.number().int().min(1).optional(),
});

export function operationView(services: ConsoleServices, row: ExecutionRow, { id, attempt: number }: z.output<typeof operationQuery>): OperationView {
  const task = services.taskBrowser.startedBy(row.executionId).find((each) => each.id === id);
  if (task !== undefined) return taskView(services, task);
  const events = services.executions.events(row.id);
  const operations = timeline(events);
  const operation = operations.find((each) => each.id === id);
  const attempt = operation?.attempts.find((each) => each.number === number);
  const data = operation === undefined ? {} : payloads(events.filter((event) => "id" in event && event.id === id));
  const logs = functionLogs(services, row, {
    from: (attempt ?? operation ?? row).startedAt,
    to: attempt?.endedAt ?? operation?.endedAt ?? row.endedAt ?? services.clock.now(),
    invocations: allInvocations(services, row, events),
    operationIds: operation && withinOperation(operations, operation.id),
    attempt: attempt?.number,
  });
  // An attempt that failed is no failure of a step that succeeded in the end.
  return { ...data, error: operation?.status === "SUCCEEDED" ? undefined : data.error, logs };
}

function taskView(services: ConsoleServices, task: Task): OperationView {
  const variables = task.overrides.containerOverrides?.flatMap(({ environment }) => environment ?? []) ?? [];
  const stopped = { stopCode: task.stopCode, stoppedReason: task.stoppedReason, exitCode: task.containers[0]?.exitCode };
  return {
    input: variables.find(({ name }) => name === "JOB_INPUT")?.value,
    result: task.stoppedAt === undefined ? undefined : JSON.stringify(stopped),
    logs: taskLogs(services, task),
  };
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
