import { InvalidArgumentError, type Command } from "commander";
import { EXECUTION_STATUSES, type ExecutionStatus } from "../../operator/execution-status.ts";
import { getSpeed } from "../client/clock.ts";
import { listExecutions } from "../client/executions.ts";
import { printJson, speedLine, stackCommand, withStack, type StackOptions } from "../command.ts";
import { wholeNumber } from "../../operator/options.ts";
import { sinceOption } from "../options.ts";
import { statusShape, type Execution } from "../shapes.ts";
import type { Terminal } from "../terminal.ts";
import { clockTime, duration } from "../text/duration.ts";
import { statusCell } from "../text/status.ts";
import { table } from "../text/table.ts";

interface ListOptions extends StackOptions {
  readonly function?: string[];
  readonly status?: ExecutionStatus[];
  readonly since?: Date;
  readonly text?: string;
  readonly limit: number;
}

const STATUS_NAMES = EXECUTION_STATUSES.map((status) => status.toLowerCase().replaceAll("_", "-")).join(", ");
const DEFAULT_LIMIT = 20;
/** Below this, ids are shown by their last part, which is as unique. */
const ROOM_FOR_IDS = 110;

export function listCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "list", "Lists executions, newest first.", [
    "wf list",
    "wf list --status running --status failed --since 2h",
    "wf list --function ship-order --text order-17",
    "wf list --status failed --limit 1000 --json | jq -r '.executions[].arn'",
  ])
    .option("-f, --function <function>", "only of this function; may be repeated", collect)
    .option("-s, --status <status>", `${STATUS_NAMES}; may be repeated`, collectStatus)
    .option("--since <age|time>", "only those started since: 90s, 10m, 2h, 7d, or an ISO 8601 time", sinceOption)
    .option("-t, --text <text>", "only those with this in their name, id or function")
    .option("-n, --limit <number>", "how many at most", wholeNumber(1, 100_000), DEFAULT_LIMIT)
    .action((options: ListOptions) =>
      withStack(options, async (stack) => {
        const functions = options.function?.map((reference) => stack.findFunction(reference)) ?? stack.functions;
        const filter = { functions, statuses: options.status, startedAfter: options.since, text: options.text, limit: options.limit };
        const [executions, speed] = await Promise.all([listExecutions(stack, filter), getSpeed(stack)]);
        if (options.json === true) { printJson(terminal, { speed, executions }); return; }
        speedLine(terminal, speed);
        if (executions.length === 0) { terminal.err("No executions.\n"); return; }
        terminal.out(executionTable(terminal, executions, Date.now()));
        if (executions.length === options.limit) terminal.err(`The newest ${options.limit}; there may be more: --limit.\n`);
      }),
    );
}

function executionTable(terminal: Terminal, executions: readonly Execution[], now: number): string {
  const rows = executions.map(({ status, function: functionName, startedAt, endedAt, name, id }) => [
    statusCell(status),
    functionName,
    clockTime(startedAt, now),
    duration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt)),
    name !== id ? name : terminal.columns < ROOM_FOR_IDS ? id.slice(-12) : id,
  ]);
  return table(terminal, ["STATUS", "FUNCTION", "STARTED", "TIME", "NAME OR ID"], rows);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function collectStatus(value: string, before: readonly ExecutionStatus[] = []): ExecutionStatus[] {
  const status = statusShape.safeParse(value.toUpperCase().replaceAll("-", "_"));
  if (!status.success) throw new InvalidArgumentError(`It must be one of ${STATUS_NAMES}.`);
  return [...before, status.data];
}
