import type { Command } from "commander";
import { setTimeout as delay } from "node:timers/promises";
import { getExecution, getHistory } from "../../operator/executions.ts";
import { matchExecutions } from "../client/executions.ts";
import { executionLogs, functionLogs, readLogs, taskLogs, type LogPage, type LogSource } from "../client/logs.ts";
import type { Stack } from "../client/stack.ts";
import { listTasks, matchTasks } from "../client/tasks.ts";
import { stackCommand, withStack, type StackOptions } from "../command.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import { sinceOption } from "../options.ts";
import type { LogLine } from "../shapes.ts";
import type { Terminal } from "../terminal.ts";
import { clean } from "../text/clean.ts";

interface LogsOptions extends StackOptions {
  readonly follow?: boolean;
  readonly since?: Date;
}

/** What is looked at, asked for again at every turn: executions start tasks. */
interface Subject {
  readonly sources: readonly LogSource[];
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to?: number;
  /** Whether more may come. */
  readonly open: boolean;
}

const HOUR_MS = 3_600_000;
/** What is printed at the very end of an execution or task is on its way to the log for a moment. */
const LATE_MS = 1_500;

export function logsCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "logs", "Prints log lines: of an execution with the tasks it started, of a function, or of a task.", [
    "wf logs a4cac388d9fe",
    "wf logs ship-order --follow",
    "wf logs 27af766b1d40 --json",
    "wf logs ship-order --since 10m",
  ])
    .argument("<execution|function|task>", "ARN, name or id; the unique beginning or end of an id will do")
    .option("-f, --follow", "print new lines until the execution or task has ended, or until Ctrl-C")
    .option("--since <age|time>", "from 90s, 10m, 2h, 7d ago, or an ISO 8601 time (default: the start of an execution or task, an hour ago for a function)", sinceOption)
    .action((reference: string, options: LogsOptions) =>
      withStack(options, async (stack) => {
        const look = await findSubject(stack, reference);
        let page: LogPage | undefined;
        let printed = 0;
        for (;;) {
          const { sources, from, to, open } = await look();
          page = await readLogs(stack, sources, { from: options.since?.getTime() ?? from, to }, page);
          for (const line of page.lines) terminal.out(options.json === true ? `${JSON.stringify(line)}\n` : `${lineText(terminal, line)}\n`);
          printed += page.lines.length;
          if (options.follow !== true || !open || terminal.interrupted.aborted) break;
          await delay(stack.pollIntervalMs * 2, undefined, { signal: terminal.interrupted }).catch(() => undefined);
        }
        if (printed === 0) terminal.err("No log lines.\n");
      }),
    );
}

async function findSubject(stack: Stack, reference: string): Promise<() => Promise<Subject>> {
  if (stack.functions.some(({ name, functionName }) => name === reference || functionName === reference)) {
    const sources = [functionLogs(stack.findFunction(reference))];
    const from = Date.now() - HOUR_MS;
    return async () => ({ sources, from, open: true });
  }
  const [executions, tasks] = await Promise.all([matchExecutions(stack, reference), matchTasks(stack, reference)]);
  if (executions.length + tasks.length > 1) {
    throw new CliError(EXIT.usage, `"${reference}" may be any of:${[...executions, ...tasks.map(({ arn }) => arn)].map((arn) => `\n  ${arn}`).join("")}`);
  }
  const [execution, task] = [executions[0], tasks[0]];
  if (execution !== undefined) return () => executionSubject(stack, execution);
  if (task !== undefined) return () => taskSubject(stack, task.id);
  throw new CliError(EXIT.notFound, `There is no execution, function or task "${reference}".`);
}

async function executionSubject(stack: Stack, arn: string): Promise<Subject> {
  const [{ StartTimestamp: start, EndTimestamp: end }, events] = await Promise.all([getExecution(stack, arn), getHistory(stack, arn)]);
  const tasks = await listTasks(stack, { executionId: arn.slice(arn.lastIndexOf("/") + 1) });
  const lastEnd = Math.max(end?.getTime() ?? 0, ...tasks.map(({ stoppedAt }) => (stoppedAt === null ? Infinity : Date.parse(stoppedAt))));
  const ended = end !== undefined && lastEnd !== Infinity;
  return {
    sources: [executionLogs(stack, arn, events), ...(await taskLogs(stack, tasks.map((task) => task.arn)))],
    from: start?.getTime() ?? 0,
    to: ended ? lastEnd + LATE_MS : undefined,
    open: !ended || Date.now() < lastEnd + LATE_MS,
  };
}

async function taskSubject(stack: Stack, id: string): Promise<Subject> {
  const [task] = await matchTasks(stack, id);
  if (task === undefined) return { sources: [], from: 0, open: false };
  const stoppedAt = task.stoppedAt === null ? Infinity : Date.parse(task.stoppedAt);
  return { sources: await taskLogs(stack, [task.arn]), from: Date.parse(task.createdAt ?? new Date(0).toISOString()), open: Date.now() < stoppedAt + LATE_MS };
}

const LEVEL_FORMATS = { ERROR: "red", FATAL: "red", WARN: "yellow", DEBUG: "dim", TRACE: "dim" } as const;

/** Members that are in the line anyway, or that every line of the subject has. */
const SHOWN_OTHERWISE = new Set(["timestamp", "time", "level", "message", "type", "record", "executionArn", "requestId", "_aws"]);

/** Structured lines by their message and what else they carry; others as they are. */
function lineText(terminal: Terminal, { timestamp, source, message }: LogLine): string {
  const { style } = terminal;
  const prefix = `${style("dim", timestamp.slice(11, 23))}  ${source.startsWith("task/") ? source.slice(0, 17) : source}`;
  if (typeof message !== "object" || message === null) return `${prefix}  ${clean(String(message))}`;
  const { level, message: text, type, record } = message as Record<string, unknown>;
  const rest = Object.fromEntries(Object.entries(message).filter(([name]) => !SHOWN_OTHERWISE.has(name)));
  const shown = type === "platform.report" ? `invocation ${reportText(record)}` : typeof text === "string" ? text : JSON.stringify(text ?? type ?? "");
  const more = Object.keys(rest).length > 0 ? `  ${style("dim", clean(JSON.stringify(rest)))}` : "";
  const levelText = typeof level === "string" ? level : "";
  const format = LEVEL_FORMATS[levelText as keyof typeof LEVEL_FORMATS] as (typeof LEVEL_FORMATS)[keyof typeof LEVEL_FORMATS] | undefined;
  return `${prefix}  ${format === undefined ? levelText.padEnd(5) : style(format, levelText.padEnd(5))}  ${clean(shown)}${more}`;
}

function reportText(record: unknown): string {
  const { status, metrics } = (record ?? {}) as { status?: string; metrics?: { durationMs?: number; initDurationMs?: number } };
  const init = metrics?.initDurationMs === undefined ? "" : `, after ${Math.round(metrics.initDurationMs)} ms to start`;
  return `${status ?? "ended"} in ${Math.round(metrics?.durationMs ?? 0)} ms${init}`;
}
