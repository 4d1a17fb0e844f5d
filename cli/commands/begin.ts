import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { Command } from "commander";
import { idOf } from "../client/executions.ts";
import type { Stack, StackFunction } from "../client/stack.ts";
import { printJson, type StackOptions } from "../command.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import { executionNameOption } from "../options.ts";
import type { Terminal } from "../terminal.ts";
import { awaitEnd, printEnd } from "./end.ts";

export interface BeginOptions extends StackOptions {
  readonly name?: string;
  readonly wait?: boolean;
}

export function withBeginOptions(command: Command): Command {
  return command
    .option("--name <name>", "execution name: the same name and payload again is the same execution", executionNameOption)
    .option("--wait", "wait for its end, showing what it does");
}

/**
 * Starts a function by its alias, and tells of it or, if wanted, of its end.
 *
 * @param payload JSON
 * @param more members of the JSON that is printed
 */
export async function begin(terminal: Terminal, stack: Stack, { name: functionName, aliasArn }: StackFunction, payload: string, options: BeginOptions, more: object = {}): Promise<void> {
  const { DurableExecutionArn: arn } = await stack.lambda.send(
    new InvokeCommand({ FunctionName: aliasArn, InvocationType: "Event", Payload: payload, DurableExecutionName: options.name }),
  );
  const started = { ...more, function: functionName, arn: arn ?? null, id: arn === undefined ? null : idOf(arn) };
  if (arn === undefined || options.wait !== true) {
    if (options.json === true) printJson(terminal, started);
    else terminal.out(`${arn ?? `${functionName} was invoked; it is not durable, so there is nothing to look at but its log.`}\n`);
    if (arn === undefined && options.wait === true) throw new CliError(EXIT.failed, `${functionName} is not durable: its end cannot be waited for.`);
    return;
  }
  if (options.json !== true) terminal.err(`${arn}\n`);
  const ended = await awaitEnd(terminal, stack, arn, Infinity);
  if (options.json === true) printJson(terminal, { ...started, status: ended.status, result: ended.result, error: ended.error });
  else printEnd(terminal, ended);
}
