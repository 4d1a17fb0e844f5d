import type { Command } from "commander";
import { findExecution } from "../client/executions.ts";
import { printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import { durationOption } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { awaitEnd, printEnd } from "./end.ts";

interface WaitOptions extends StackOptions {
  /** Milliseconds. */
  readonly timeout?: number;
}

export function waitCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "wait", "Waits for an execution's end, showing what it does. Its result is printed, and the exit code is 0 only if it succeeded, 124 if it goes on.", [
    "wf wait order-17",
    "wf wait a4cac388d9fe --timeout 10m --json",
    "wf wait order-17 --timeout 0s && echo done",
  ])
    .argument("<execution>", "ARN, name, id, or the unique beginning or end of either")
    .option("--timeout <duration>", "for no longer than 90s, 10m, 2h, 7d of real time (default: as long as it takes)", durationOption)
    .action((reference: string, options: WaitOptions) =>
      withStack(options, async (stack) => {
        const ended = await awaitEnd(terminal, stack, await findExecution(stack, reference), options.timeout ?? Infinity);
        if (options.json === true) printJson(terminal, ended);
        else printEnd(terminal, ended);
      }),
    );
}
