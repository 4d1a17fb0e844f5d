import type { Command } from "commander";
import { FASTEST } from "../../operator/local-clock.ts";
import { getSpeed, setSpeed, skipToNextTimer } from "../client/clock.ts";
import { findExecution } from "../client/executions.ts";
import { baseCommand, groupCommand, printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import { speedFactor } from "../../operator/options.ts";
import type { Terminal } from "../terminal.ts";
import { duration } from "../text/duration.ts";

export function clockCommand(terminal: Terminal): Command {
  const group = baseCommand(terminal, "clock", "Controls the local stack's time.", ["wf clock", "wf clock speed 10", "wf clock skip order-17"]);
  return groupCommand(group, showCommand(terminal), speedCommand(terminal), skipCommand(terminal));
}

function showCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "show", "Shows how fast the local stack's clock runs; this is what wf clock alone does.", ["wf clock show --json"]).action(
    (options: StackOptions) => withStack(options, async (stack) => showSpeed(terminal, await getSpeed(stack), options)),
  );
}

function speedCommand(terminal: Terminal): Command {
  return stackCommand(
    terminal,
    "speed",
    "Changes how fast waits, retries and time-outs pass that begin from now on. Those under way keep their moment, processes that run keep their timers, and schedules always keep to the real time. The next start of the stack begins with its own --speed.",
    ["wf clock speed 10", "wf clock speed 1"],
  )
    .argument("<factor>", `how many seconds pass in one real second, 1 to ${FASTEST}`, speedFactor)
    .action((speed: number, options: StackOptions) => withStack(options, async (stack) => showSpeed(terminal, await setSpeed(stack, speed), options)));
}

function skipCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "skip", "Lets the next timer of one execution fire now: the end of a wait, the next attempt of a step or poll, the time-out of a callback.", [
    "wf clock skip order-17",
    "wf clock skip a4cac388d9fe --json",
  ])
    .argument("<execution>", "ARN, name, id, or the unique beginning or end of either")
    .action((reference: string, options: StackOptions) =>
      withStack(options, async (stack) => {
        const skipped = await skipToNextTimer(stack, await findExecution(stack, reference));
        if (options.json === true) { printJson(terminal, skipped); return; }
        const names = skipped.operations.map(({ name, type, id }) => `${type.toLowerCase()} "${name ?? id}"`).join(", ") || "the pause after a failed invocation";
        terminal.out(`Skipped ${duration(Date.parse(skipped.due) - Date.now())} of ${names}\n`);
      }),
    );
}

function showSpeed(terminal: Terminal, speed: number, { json }: StackOptions): void {
  if (json === true) printJson(terminal, { speed });
  else terminal.out(speed === 1 ? "The clock shows real time.\n" : `The clock runs ${speed} times as fast.\n`);
}
