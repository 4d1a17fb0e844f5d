import { paginateFilterLogEvents } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { ResourceNotFoundException } from "@aws-sdk/client-cloudwatch-logs";
import type { Event } from "@aws-sdk/client-lambda";
import type { LogLine } from "../shapes.ts";
import { idOf } from "./executions.ts";
import { parsePayload } from "./payload.ts";
import type { Stack, StackFunction } from "./stack.ts";
import { describeTasks } from "./tasks.ts";

/** A place where log lines are found. */
export interface LogSource {
  /** Shown before each line. */
  readonly name: string;
  readonly logGroupName: string;
  readonly logStreamNames?: string[];
  /** Only lines that contain one of these. */
  readonly terms?: readonly string[];
}

/** More terms than this make a filter pattern too long. */
const MOST_TERMS = 20;
/** Lines come late: CloudWatch Logs takes what is up to this old for new. */
const LATE_MS = 10_000;

/** Lines, and what is needed to go on from them. */
export interface LogPage {
  readonly lines: readonly LogLine[];
  readonly seen: ReadonlySet<string>;
  readonly from: number;
}

/**
 * Lines of several sources in the order of time.
 *
 * @param after the page before, whose lines are left out
 */
export async function readLogs(stack: Stack, sources: readonly LogSource[], range: { readonly from: number; readonly to?: number }, after?: LogPage): Promise<LogPage> {
  const found = await Promise.all(sources.map((source) => read(stack, source, { ...range, from: after?.from ?? range.from })));
  const all = found.flat();
  const lines = all.filter(({ id }) => after?.seen.has(id) !== true).map(({ line }) => line);
  lines.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
  const newest = Math.max(after?.from ?? range.from, ...all.map(({ line }) => Date.parse(line.timestamp) - LATE_MS));
  return { lines, seen: new Set(all.map(({ id }) => id)), from: Math.max(range.from, newest) };
}

async function read(stack: Stack, source: LogSource, { from, to }: { from: number; to?: number }): Promise<{ id: string; line: LogLine }[]> {
  const { name, logGroupName, logStreamNames, terms } = source;
  const pattern = terms !== undefined && terms.length <= MOST_TERMS ? terms.map((term) => `?"${term}"`).join(" ") : undefined;
  const found: { id: string; line: LogLine }[] = [];
  try {
    const input = { logGroupName, logStreamNames, filterPattern: pattern, startTime: from, endTime: to };
    for await (const { events } of paginateFilterLogEvents({ client: stack.logs }, input)) {
      for (const { eventId = "", timestamp = 0, message = "", logStreamName: stream = "" } of events ?? []) {
        if (terms !== undefined && !terms.some((term) => message.includes(term))) continue;
        found.push({ id: eventId, line: { timestamp: new Date(timestamp).toISOString(), source: name, stream, message: parsePayload(message.trimEnd()) } });
      }
    }
  } catch (error) {
    // A log group or stream begins with its first line.
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  return found;
}

export function functionLogs({ name, logGroupName }: StackFunction): LogSource {
  return { name, logGroupName };
}

/** Lines of the execution's invocations: those that name the execution, or the request of one of its invocations. */
export function executionLogs(stack: Stack, arn: string, events: readonly Event[]): LogSource {
  const { name, logGroupName } = stack.findFunction(arn);
  const requestIds = events.flatMap((event) => event.InvocationCompletedDetails?.RequestId ?? []);
  return { name, logGroupName, terms: [idOf(arn), ...requestIds] };
}

/** One source for each container of the tasks; tasks that ECS has forgotten have none. */
export async function taskLogs(stack: Stack, taskArns: readonly string[]): Promise<LogSource[]> {
  const sources: LogSource[] = [];
  for (const { taskArn = "", taskDefinitionArn } of await describeTasks(stack, taskArns)) {
    const { taskDefinition } = await stack.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: taskDefinitionArn }));
    for (const { name, logConfiguration } of taskDefinition?.containerDefinitions ?? []) {
      const { "awslogs-group": logGroupName, "awslogs-stream-prefix": prefix } = logConfiguration?.options ?? {};
      if (logGroupName === undefined || prefix === undefined) continue;
      sources.push({ name: `task/${idOf(taskArn)}`, logGroupName, logStreamNames: [`${prefix}/${name ?? ""}/${idOf(taskArn)}`] });
    }
  }
  return sources;
}
