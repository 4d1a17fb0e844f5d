import { readFile } from "node:fs/promises";
import { CliError, EXIT } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

export const PAYLOAD_HELP = "JSON; @file reads a file, - reads standard input";

/**
 * The payload that an argument means: itself, a file's content (`@file`), or standard input (`-`).
 *
 * @throws CliError when it is not JSON, or the file cannot be read
 */
export async function readPayload(terminal: Terminal, argument: string): Promise<string> {
  const text = await textOf(terminal, argument);
  try {
    JSON.parse(text);
  } catch (error) {
    throw new CliError(EXIT.usage, `The payload is not JSON: ${(error as Error).message}`);
  }
  return text;
}

async function textOf(terminal: Terminal, argument: string): Promise<string> {
  if (argument === "-") return terminal.stdin();
  if (!argument.startsWith("@")) return argument;
  return readFile(argument.slice(1), "utf8").catch((error: unknown) => {
    throw new CliError(EXIT.usage, `The payload cannot be read: ${(error as Error).message}`);
  });
}
