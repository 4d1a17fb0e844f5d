import { Command } from "commander";
import { loadDeployed, loadLocal } from "./client/outputs.ts";
import { otherFunctions } from "./client/other-functions.ts";
import { Stack } from "./client/stack.ts";
import type { Terminal } from "./terminal.ts";

/** Options of every command. */
export interface StackOptions {
  readonly stack: string;
  readonly data?: string;
  readonly program?: string;
  readonly deployed?: boolean;
  readonly json?: boolean;
}

/** A command that prints to the terminal and leaves the end of the process to its caller. */
export function baseCommand(terminal: Terminal, name: string, description: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(description)
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .showHelpAfterError("(--help shows how it is used.)")
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text), getOutHelpWidth: () => terminal.columns, getErrHelpWidth: () => terminal.columns })
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ${example}\n`).join("")}`);
}

/** A {@link baseCommand} that works on a stack. */
export function stackCommand(terminal: Terminal, name: string, description: string, examples: readonly string[]): Command {
  return baseCommand(terminal, name, description, examples)
    .option("--stack <name>", "Pulumi stack", "dev")
    .option("--program <folder>", "Pulumi program of the local stack (default: the current folder)")
    .option("--data <folder>", "data folder of the local stack (default: .local/<stack> of the program)")
    .option("--deployed", "the deployed stack instead of the local one, with the AWS credentials of your environment")
    .option("--json", "print JSON of a stable shape");
}

/** A group of commands whose name alone does what the first of them does. */
export function groupCommand(group: Command, first: Command, ...others: readonly Command[]): Command {
  // A word after the group's name that is no command would else be told to be an argument too many of a command that was not named.
  first.allowExcessArguments().hook("preAction", () => {
    const [word] = first.args;
    if (word !== undefined) first.error(`error: unknown command '${word}': there are ${group.commands.map((command) => command.name()).join(", ")}`);
  });
  group.addCommand(first, { isDefault: true });
  for (const command of others) group.addCommand(command);
  return group;
}

/** Runs a command on its stack. */
export async function withStack(options: StackOptions, run: (stack: Stack) => Promise<void>): Promise<void> {
  const outputs = options.deployed === true ? await loadDeployed(options.stack) : await loadLocal(options);
  const stack = new Stack(options.stack, outputs);
  try {
    if (stack.local !== undefined) stack.add(await otherFunctions(stack));
    await run(stack);
  } finally {
    stack.destroy();
  }
}

export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** What a person must know who looks at times: nothing while they are real. */
export function speedLine(terminal: Terminal, speed: number): void {
  if (speed !== 1) terminal.err(terminal.style("yellow", `The clock runs ${speed} times as fast: waits, retries and time-outs pass sooner than declared. (wf clock speed 1)\n`));
}
