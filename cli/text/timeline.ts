import type { Operation, Task } from "../shapes.ts";
import type { Format, Terminal } from "../terminal.ts";
import { compact, oneLine } from "./clean.ts";
import { duration } from "./duration.ts";
import { statusFormat, statusSign } from "./status.ts";

export interface TimelineInput {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly operations: readonly Operation[];
  readonly tasks: readonly Task[];
}

/** A stretch of a bar: working, or waiting. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly character: "█" | "░" | "─";
}

interface Row {
  readonly sign: string;
  readonly name: string;
  readonly kind: string;
  readonly stretches: readonly Stretch[];
  readonly time: string;
  readonly note: string;
  readonly format: Format;
}

const LONGEST_NAME = 30;
const LONGEST_BAR = 40;
const SHORTEST_BAR = 12;
const ROOM_FOR_NOTE = 30;
const KINDS: Readonly<Record<Operation["type"], string>> = { STEP: "step", WAIT: "wait", CALLBACK: "callback", CONTEXT: "context", CHAINED_INVOKE: "invoke" };

/**
 * Every operation and task as a line with a bar on one time axis: `█` at work, `░` waiting, `─` around its children.
 *
 * @param now epoch milliseconds, to which bars of what goes on reach
 */
export function timeline(terminal: Terminal, input: TimelineInput, now: number): string {
  const start = Date.parse(input.startedAt);
  const end = Math.max(start + 1, input.endedAt === null ? now : Date.parse(input.endedAt), ...input.tasks.map(({ stoppedAt }) => (stoppedAt === null ? 0 : Date.parse(stoppedAt))));
  const rows = rowsOf(input, now);
  const width = (of: (row: Row) => string) => Math.max(0, ...rows.map((row) => of(row).length));
  const [nameWidth, kindWidth, timeWidth] = [Math.min(LONGEST_NAME, width((row) => row.name)), width((row) => row.kind), width((row) => row.time)];
  const barRoom = Math.min(LONGEST_BAR, terminal.columns - nameWidth - kindWidth - timeWidth - ROOM_FOR_NOTE - 10);
  const barWidth = barRoom < SHORTEST_BAR ? 0 : barRoom;
  return rows
    .map((row) => {
      const name = oneLineIndented(row.name, nameWidth).padEnd(nameWidth);
      const bar = barWidth === 0 ? "" : `${bars(row.stretches, start, end, barWidth)}  `;
      const before = `  ${row.sign} ${name}  ${row.kind.padEnd(kindWidth)}  `;
      const note = oneLine(row.note, terminal.columns - before.length - bar.length - timeWidth - 2);
      const { style } = terminal;
      return `  ${style(row.format, row.sign)} ${name}  ${style("dim", row.kind.padEnd(kindWidth))}  ${style(row.format, bar)}${row.time.padStart(timeWidth)}  ${note}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join("");
}

function rowsOf({ operations, tasks, endedAt }: TimelineInput, now: number): Row[] {
  const moment = { open: endedAt === null ? now : Date.parse(endedAt), now, closed: endedAt !== null };
  const depths = new Map<string, number>();
  const placed = new Set<Task>();
  const rows = operations.flatMap((operation) => {
    const depth = operation.parentId === null ? 0 : (depths.get(operation.parentId) ?? -1) + 1;
    depths.set(operation.id, depth);
    const result = operation.type === "STEP" && operation.result !== null ? compact(operation.result) : "";
    const started = tasks.filter((task) => !placed.has(task) && result.includes(task.arn));
    for (const task of started) placed.add(task);
    return [operationRow(operation, depth, moment), ...started.map((task) => taskRow(task, depth + 1, now))];
  });
  return [...rows, ...tasks.filter((task) => !placed.has(task)).map((task) => taskRow(task, 0, now))];
}

/** @param closed whether the execution has ended, and with it what it waited for */
function operationRow(operation: Operation, depth: number, { open, now, closed }: { open: number; now: number; closed: boolean }): Row {
  const from = Date.parse(operation.startedAt);
  const unfinished = closed && operation.endedAt === null;
  const to = operation.endedAt === null ? open : Date.parse(operation.endedAt);
  return {
    sign: statusSign(unfinished ? "CANCELLED" : operation.status),
    name: "  ".repeat(depth) + (operation.name ?? operation.id),
    kind: kindOf(operation),
    stretches: [{ from, to, character: operation.type === "CONTEXT" ? "─" : "░" }, ...attemptStretches(operation, open)],
    time: duration(to - from),
    note: unfinished ? "unfinished" : noteOf(operation, now),
    format: statusFormat(unfinished ? "CANCELLED" : operation.status),
  };
}

function attemptStretches({ attempts }: Operation, open: number): Stretch[] {
  return attempts.map(({ startedAt, endedAt }) => ({ from: Date.parse(startedAt), to: endedAt === null ? open : Date.parse(endedAt), character: "█" }));
}

function kindOf({ type, subType }: Operation): string {
  if (type === "CONTEXT") return { Parallel: "parallel", ParallelBranch: "branch", Map: "map", MapIteration: "item" }[subType ?? ""] ?? "context";
  return subType === "WaitForCondition" ? "poll" : KINDS[type];
}

function noteOf({ type, status, due, attempts, error, endedAt }: Operation, now: number): string {
  const parts: string[] = [];
  if (attempts.length > 1) parts.push(`${attempts.length} attempts`);
  const left = due === null ? undefined : duration(Date.parse(due) - now);
  if (endedAt === null && left !== undefined) {
    if (type === "WAIT") parts.push(`${left} left`);
    if (status === "PENDING") parts.push(`again in ${left}`);
    if (type === "CALLBACK") parts.push("open");
  }
  const last = error ?? (status === "PENDING" ? attempts.at(-1)?.error : undefined);
  if (last) parts.push(`${last.type}: ${last.message}`);
  return parts.join(", ");
}

function taskRow(task: Task, depth: number, now: number): Row {
  const time = (iso: string | null) => (iso === null ? undefined : Date.parse(iso));
  const to = time(task.stoppedAt) ?? now;
  const from = time(task.createdAt) ?? to;
  const startedAt = time(task.startedAt);
  const failed = task.status === "STOPPED" && task.exitCode !== 0;
  return {
    sign: statusSign(task.status === "STOPPED" ? (failed ? "FAILED" : "SUCCEEDED") : "STARTED"),
    name: `${"  ".repeat(depth)}task ${task.id.slice(0, 12)}`,
    kind: "task",
    stretches: [{ from, to, character: "░" }, ...(startedAt === undefined ? [] : [{ from: startedAt, to, character: "█" as const }])],
    time: duration(to - from),
    note: task.status === "STOPPED" ? `${task.exitCode === null ? "" : `exit code ${task.exitCode}, `}${task.stoppedReason ?? task.stopCode ?? "stopped"}` : task.status,
    format: statusFormat(task.status === "STOPPED" ? (failed ? "FAILED" : "SUCCEEDED") : "RUNNING"),
  };
}

/** Later stretches lie over earlier ones; each takes one character at least. */
function bars(stretches: readonly Stretch[], start: number, end: number, width: number): string {
  const characters = Array.from<string>({ length: width }).fill(" ");
  const place = (moment: number) => Math.min(width - 1, Math.max(0, Math.floor(((moment - start) / (end - start)) * width)));
  for (const { from, to, character } of stretches) characters.fill(character, place(from), Math.max(place(from) + 1, Math.ceil(((to - start) / (end - start)) * width)));
  return characters.slice(0, width).join("");
}

function oneLineIndented(name: string, width: number): string {
  const indent = /^ */.exec(name)?.[0] ?? "";
  return indent + oneLine(name, width - indent.length);
}
