import { readFile } from "node:fs/promises";
import type { Stack, StackFunction } from "../client/stack.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

export const PAYLOAD_HELP = "JSON; @file reads a file, - reads standard input";

/**
 * The payload that an argument means: itself, a file's content (`@file`), or standard input (`-`).
 *
 * @throws CliError when it is not JSON, with the place, or the file cannot be read
 */
export async function readPayload(terminal: Terminal, argument: string): Promise<string> {
  const text = await textOf(terminal, argument);
  try {
    JSON.parse(text);
  } catch {
    const { describeJsonFault } = await import("../text/json-fault.ts");
    const [source, remedy] = argument === "-" ? ["on standard input ", ""] : argument.startsWith("@") ? [`in ${argument.slice(1)} `, ""] : ["", QUOTING];
    throw new CliError(EXIT.usage, `The payload ${source}is not JSON: ${describeJsonFault(text)}${remedy}`);
  }
  return text;
}

/**
 * Checks a payload as the console does, by the JSON Schema that the stack's outputs give for the function's input.
 *
 * @throws CliError naming every wrong field
 */
export async function checkPayload({ outputs }: Stack, { name }: StackFunction, payload: string): Promise<void> {
  const [{ payloadFaults }, { describedWorkflows }] = await Promise.all([import("../../operator/payload-faults.ts"), import("../../operator/workflows.ts")]);
  const faults = payloadFaults(payload, describedWorkflows(outputs)[name]?.input);
  if (faults.length > 0) throw new CliError(EXIT.usage, `${name} does not take this payload: ${faults.join("; ")}`);
}

/** What shells do to JSON that is not quoted for them is the usual reason. */
const QUOTING = "\nQuote it for the shell, such as '{\"order\":17}', or use @file, or - for standard input.";

async function textOf(terminal: Terminal, argument: string): Promise<string> {
  if (argument === "-") return terminal.stdin();
  if (!argument.startsWith("@")) return argument;
  return readFile(argument.slice(1), "utf8").catch((error: unknown) => {
    throw new CliError(EXIT.usage, `The payload cannot be read: ${(error as Error).message}`);
  });
}
