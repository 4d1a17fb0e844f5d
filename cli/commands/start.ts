import { InvokeCommand } from "@aws-sdk/client-lambda";
import { InvalidArgumentError, type Command } from "commander";
import { awaitExecution, describe, idOf } from "../client/executions.ts";
import { describeError, parsePayload } from "../client/payload.ts";
import type { Stack } from "../client/stack.ts";
import { printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { clean, compact } from "../text/clean.ts";
import { duration } from "../text/duration.ts";
import { statusFormat } from "../text/status.ts";
import { PAYLOAD_HELP, readPayload } from "./payload-option.ts";

interface StartOptions extends StackOptions {
  readonly name?: string;
  readonly wait?: boolean;
}

export function startCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "start", "Starts an execution of a function. With --wait, its result is printed, and the exit code is 0 only if it succeeded.", [
    "wf start math '{\"num1\":10,\"num2\":5}' --wait",
    "wf start poll-job @job.json --name order-17",
    "echo '{}' | wf start report - --wait --json",
  ])
    .argument("<function>", "short name, name on AWS or ARN")
    .argument("[payload]", PAYLOAD_HELP, "{}")
    .option("--name <name>", "execution name: the same name and payload again is the same execution", nameOption)
    .option("--wait", "wait for its end, showing what it does")
    .action((reference: string, argument: string, options: StartOptions) =>
      withStack(options, async (stack) => {
        const { name: functionName, aliasArn } = stack.findFunction(reference);
        const Payload = await readPayload(terminal, argument);
        const { DurableExecutionArn: arn } = await stack.lambda.send(
          new InvokeCommand({ FunctionName: aliasArn, InvocationType: "Event", Payload, DurableExecutionName: options.name }),
        );
        const started = { function: functionName, arn: arn ?? null, id: arn === undefined ? null : idOf(arn) };
        if (arn === undefined || options.wait !== true) {
          if (options.json === true) printJson(terminal, started);
          else terminal.out(`${arn ?? `${functionName} was invoked; it is not durable, so there is nothing to look at but its log.`}\n`);
          if (arn === undefined && options.wait === true) throw new CliError(EXIT.failed, `${functionName} is not durable: its end cannot be waited for.`);
          return;
        }
        await showEnd(terminal, stack, arn, options, started);
      }),
    );
}

async function showEnd(terminal: Terminal, stack: Stack, arn: string, options: StartOptions, started: object): Promise<void> {
  if (options.json !== true) terminal.err(`${arn}\n`);
  const execution = await awaitExecution(stack, arn, (line) => terminal.progress(line), terminal.interrupted);
  terminal.progress("");
  if (execution === undefined) throw new CliError(EXIT.interrupted, `Interrupted; the execution goes on: wf show ${idOf(arn)}`);
  const { status, startedAt, endedAt } = describe(stack, execution);
  const [result, error] = [parsePayload(execution.Result), describeError(execution.Error)];
  if (status !== "SUCCEEDED") terminal.exitCode = EXIT.failed;
  if (options.json === true) { printJson(terminal, { ...started, status, result, error }); return; }
  terminal.err(`${terminal.style(statusFormat(status), status)} in ${duration(Date.parse(endedAt ?? startedAt) - Date.parse(startedAt))}\n`);
  if (status === "SUCCEEDED") terminal.out(`${clean(compact(result))}\n`);
  else if (error !== null) terminal.err(`${clean(`${error.type}: ${error.message}`)}\n`);
}

function nameOption(value: string): string {
  if (!/^[\w-]{1,64}$/.test(value)) throw new InvalidArgumentError("It must be 1 to 64 letters, digits, - or _.");
  return value;
}
