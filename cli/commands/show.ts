import type { Command } from "commander";
import type * as z from "zod";
import { hasEnded } from "../../operator/execution-status.ts";
import { getSpeed } from "../client/clock.ts";
import { getExecution, getHistory } from "../../operator/executions.ts";
import { describe, findExecution } from "../client/executions.ts";
import { readOperations } from "../client/operations.ts";
import { describeError, parsePayload } from "../client/payload.ts";
import type { Stack } from "../client/stack.ts";
import { listTasks } from "../client/tasks.ts";
import { printJson, speedLine, stackCommand, withStack, type StackOptions } from "../command.ts";
import type { showShape } from "../shapes.ts";
import type { Terminal } from "../terminal.ts";
import { clean, compact } from "../text/clean.ts";
import { clockTime, duration } from "../text/duration.ts";
import { statusFormat } from "../text/status.ts";
import { timeline } from "../text/timeline.ts";

type Shown = z.output<typeof showShape>;

export function showCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "show", "Shows an execution: its timeline with operations, attempts and tasks, its input, and its result or error.", [
    "wf show a4cac388d9fe",
    "wf show order-17",
    "wf show order-17 --json | jq .operations",
  ])
    .argument("<execution>", "ARN, name, id, or the unique beginning or end of either")
    .action((reference: string, options: StackOptions) =>
      withStack(options, async (stack) => {
        const shown = await look(stack, await findExecution(stack, reference));
        if (options.json === true) { printJson(terminal, shown); return; }
        speedLine(terminal, shown.speed);
        print(terminal, shown, Date.now());
      }),
    );
}

async function look(stack: Stack, arn: string): Promise<Shown> {
  const [execution, events, speed] = await Promise.all([getExecution(stack, arn), getHistory(stack, arn), getSpeed(stack)]);
  const summary = describe(stack, execution);
  return {
    ...summary,
    speed,
    input: parsePayload(execution.InputPayload),
    result: parsePayload(execution.Result),
    error: describeError(execution.Error),
    ...readOperations(events, speed),
    tasks: (await listTasks(stack, { executionId: summary.id })).reverse(),
  } as Shown; // The operations are made here and not changed any more; the shape's arrays are not readonly.
}

function print(terminal: Terminal, shown: Shown, now: number): void {
  const { style } = terminal;
  const { status, name, id, startedAt, endedAt } = shown;
  const time = duration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
  terminal.out(`${shown.function}  ${style(statusFormat(status), status)}  ${endedAt === null ? `for ${time}` : `in ${time}`}${name === id ? "" : `  ${name}`}\n`);
  terminal.out(`${style("dim", shown.arn)}\n`);
  terminal.out(`started ${clockTime(startedAt, now)}${endedAt === null ? "" : `, ended ${clockTime(endedAt, now)}`}, version ${shown.version}\n\n`);
  const lines = timeline(terminal, shown, now);
  terminal.out(lines === "" ? "  no operations yet\n" : lines);
  terminal.out("\n");
  const part = (title: string, text: string) => terminal.out(`${style("dim", title.padEnd(8))}${clean(text)}\n`);
  part("input", compact(shown.input));
  if (status === "SUCCEEDED") part("result", compact(shown.result));
  if (shown.error !== null) part("error", `${shown.error.type}: ${shown.error.message}`);
  const open = !hasEnded(status) ? shown.operations.filter((operation) => operation.status === "STARTED" && operation.callbackId !== null) : [];
  for (const { callbackId, name: callback } of open) {
    part("waiting", `for callback ${callback ?? ""}: wf callback success ${id}`);
    part("", callbackId ?? "");
  }
  const { billedOperations: billed, invocations } = shown;
  part("billed", `${billed} operation${billed === 1 ? "" : "s"}; ${invocations} invocation${invocations === 1 ? "" : "s"}`);
}
