import * as z from "zod";
import type { Invocation, LogLine } from "../../operator/page/execution-api.ts";
import type { ExecutionRow } from "../durable/repository.ts";
import { logStreamName } from "../ecs/launch.ts";
import type { Task } from "../ecs/task.ts";
import type { LogEvent, LogQuery } from "../logs/log-reader.ts";
import { type ConsoleServices, versionOf } from "./services.ts";

const LOG_LINES = 500;
/** So many ids are looked for at once. */
const MOST_TERMS = 100;
/** Lines come with the time at which they were read from the process, a little after they were written. */
const READING_MS = 250;
/** An operation's start and end are on record when its checkpoint has come, a little after. */
const CHECKPOINT_MS = 50;
/** The field in which the SDK's logger names the operation that a line is about. */
const NAMES_AN_OPERATION = '"operationId":"';

/** Part of an execution whose lines are wanted. */
export interface LogScope {
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly invocations: readonly Invocation[];
  /** An operation and what it contains; the whole execution when absent. */
  readonly operationIds?: readonly string[] | undefined;
  readonly attempt?: number | undefined;
}

/** Fields of a structured line: of the SDK's logger, of `console`, or of the platform. */
const structured = z.object({
  operationId: z.string().optional(),
  attempt: z.number().optional(),
  timestamp: z.string().optional(),
  time: z.string().optional(),
});
type Structured = z.output<typeof structured>;

/**
 * Lines of a function about a part of an execution. The SDK's logger says which operation and attempt a line belongs to;
 * other lines carry their invocation's request id, so that only their time tells.
 */
export function functionLogs(
  services: Pick<ConsoleServices, "logs" | "registry">,
  row: Pick<ExecutionRow, "executionId" | "functionName" | "version">,
  scope: LogScope,
): LogLine[] {
  const logGroupName = versionOf(services, row)?.logGroupName;
  if (logGroupName === undefined) return [];
  const { from, to, operationIds, attempt } = scope;
  services.logs.flush();
  const read = (query: Pick<LogQuery, "pattern" | "startTime" | "endTime">) => services.logs.reader.events({ groupName: logGroupName, ...query, newest: true, limit: LOG_LINES });
  const requestIds = scope.invocations.filter(({ startedAt, endedAt = to }) => startedAt <= to && endedAt >= from - CHECKPOINT_MS).map(({ requestId }) => requestId);
  const inTime = read({
    startTime: from - READING_MS,
    endTime: to + READING_MS,
    pattern: { all: [], any: [row.executionId, ...requestIds.slice(-MOST_TERMS)], none: operationIds === undefined ? [] : [NAMES_AN_OPERATION] },
  }).filter((event) => isDuring(momentOf(event), scope));
  if (operationIds === undefined) return inTime.map(toLine);
  const named = read({ startTime: from - READING_MS, pattern: { all: [row.executionId], any: operationIds.slice(-MOST_TERMS), none: [] } }).filter((event) => {
    const fields = fieldsOf(event);
    return operationIds.includes(fields.operationId ?? "") && (attempt === undefined || fields.attempt === undefined || fields.attempt === attempt);
  });
  return [...inTime, ...named]
    .sort((a, b) => a.timestamp - b.timestamp || a.id - b.id)
    .slice(-LOG_LINES)
    .map(toLine);
}

/** Lines of a task's containers. */
export function taskLogs(services: ConsoleServices, task: Task): LogLine[] {
  const definition = services.tasks.definitions.taskDefinition(task.taskDefinitionArn);
  services.logs.flush();
  return (definition?.containers ?? []).flatMap((container) => {
    if (container.logGroupName === undefined) return [];
    const streamNames = [logStreamName(task, container)];
    return services.logs.reader.events({ groupName: container.logGroupName, streamNames, newest: true, limit: LOG_LINES }).map(toLine);
  });
}

function isDuring(moment: number, { from, to, operationIds }: LogScope): boolean {
  const slack = operationIds === undefined ? READING_MS : CHECKPOINT_MS;
  return moment >= from - slack && moment <= to + slack;
}

/** When it was written, if the line says so; when it was read otherwise. */
function momentOf(event: LogEvent): number {
  const { timestamp, time } = fieldsOf(event);
  const written = Date.parse(timestamp ?? time ?? "");
  return Number.isNaN(written) ? event.timestamp : written;
}

function fieldsOf({ message }: LogEvent): Structured {
  try {
    return structured.safeParse(JSON.parse(message)).data ?? {};
  } catch {
    return {};
  }
}

function toLine({ timestamp, message }: LogEvent): LogLine {
  return { at: timestamp, message };
}
