import { getSpeed } from "../client/clock.ts";
import { awaitExecution, describe, idOf } from "../client/executions.ts";
import { describeError, parsePayload } from "../client/payload.ts";
import type { Stack } from "../client/stack.ts";
import { speedLine } from "../command.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { EndedExecution } from "../shapes.ts";
import type { Terminal } from "../terminal.ts";
import { clean, compact } from "../text/clean.ts";
import { duration } from "../text/duration.ts";
import { statusFormat } from "../text/status.ts";

/**
 * Waits for an execution's end, showing what it does. It decides the command's exit code.
 *
 * @param timeoutMs how long at most; `Infinity` for as long as it takes
 * @throws CliError when Ctrl-C or the time-out came first
 */
export async function awaitEnd(terminal: Terminal, stack: Stack, arn: string, timeoutMs: number): Promise<EndedExecution> {
  const { interrupted } = terminal;
  const speed = await getSpeed(stack);
  speedLine(terminal, speed);
  const execution = await awaitExecution(stack, arn, { report: (line) => terminal.progress(line), signal: interrupted, speed, deadline: Date.now() + timeoutMs });
  terminal.progress("");
  if (execution === undefined) {
    const [exitCode, why] = interrupted.aborted ? ([EXIT.interrupted, "Interrupted"] as const) : ([EXIT.timedOut, `Not within ${duration(timeoutMs)}`] as const);
    throw new CliError(exitCode, `${why}; the execution goes on: wf show ${idOf(arn)}`);
  }
  const ended = { ...describe(stack, execution), result: parsePayload(execution.Result), error: describeError(execution.Error) };
  if (ended.status !== "SUCCEEDED") terminal.exitCode = EXIT.failed;
  return ended;
}

/** The result alone to standard output; how it ended, and why, beside it. */
export function printEnd(terminal: Terminal, { status, startedAt, endedAt, result, error }: EndedExecution): void {
  terminal.err(`${terminal.style(statusFormat(status), status)} in ${duration(Date.parse(endedAt ?? startedAt) - Date.parse(startedAt))}\n`);
  if (status === "SUCCEEDED") terminal.out(`${clean(compact(result))}\n`);
  else if (error !== null) terminal.err(`${clean(`${error.type}: ${error.message}`)}\n`);
}
