import {
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from "@aws-sdk/client-lambda";
import type { Command } from "commander";
import { findCallback, listCallbacks } from "../client/callbacks.ts";
import { getSpeed } from "../client/clock.ts";
import { idOf } from "../client/executions.ts";
import { baseCommand, groupCommand, printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { duration } from "../text/duration.ts";
import { table } from "../text/table.ts";
import { PAYLOAD_HELP, readPayload } from "./payload-option.ts";

interface AnswerOptions extends StackOptions {
  readonly name?: string;
}

interface FailureOptions extends AnswerOptions {
  readonly type: string;
}

export function callbackCommand(terminal: Terminal): Command {
  const examples = ["wf callback list", "wf callback success order-17 '{\"approved\":true}'", 'wf callback failure order-17 "out of paper" --type JobFailed', "wf callback heartbeat order-17"];
  const group = baseCommand(terminal, "callback", "Answers what executions wait to be told.", examples);
  return groupCommand(group, listCommand(terminal), successCommand(terminal), failureCommand(terminal), heartbeatCommand(terminal));
}

function listCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "list", "Lists the open callbacks of running executions, oldest first; this is what wf callback alone does.", ["wf callback list", "wf callback list --json | jq -r '.callbacks[].callbackId'"]).action(
    (options: StackOptions) =>
      withStack(options, async (stack) => {
        const callbacks = await listCallbacks(stack, await getSpeed(stack));
        if (options.json === true) { printJson(terminal, { callbacks }); return; }
        if (callbacks.length === 0) { terminal.err("Nothing waits for a callback.\n"); return; }
        const rows = callbacks.map(({ function: functionName, name, execution, startedAt }) => [functionName, name ?? "", duration(Date.now() - Date.parse(startedAt)), idOf(execution)]);
        terminal.out(table(terminal, ["FUNCTION", "CALLBACK", "OPEN FOR", "EXECUTION"], rows));
      }),
  );
}

function successCommand(terminal: Terminal): Command {
  return answerCommand(terminal, "success", "Tells an execution what it waits for.", ["wf callback success order-17 '{\"approved\":true}'", "wf callback success order-17 @answer.json"])
    .argument("[payload]", PAYLOAD_HELP, "null")
    .action((reference: string, argument: string, options: AnswerOptions) =>
      withStack(options, async (stack) => {
        const Result = Buffer.from(await readPayload(terminal, argument));
        const CallbackId = await findCallback(stack, reference, options.name);
        await stack.lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result }));
        answered(terminal, CallbackId, "success", options);
      }),
    );
}

function failureCommand(terminal: Terminal): Command {
  return answerCommand(terminal, "failure", "Tells an execution that what it waits for has failed.", ['wf callback failure order-17 "out of paper" --type JobFailed'])
    .argument("[message]", "message of the error", "Failed by wf callback")
    .option("--type <type>", "type of the error", "Error")
    .action((reference: string, message: string, options: FailureOptions) =>
      withStack(options, async (stack) => {
        const CallbackId = await findCallback(stack, reference, options.name);
        await stack.lambda.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId, Error: { ErrorType: options.type, ErrorMessage: message } }));
        answered(terminal, CallbackId, "failure", options);
      }),
    );
}

function heartbeatCommand(terminal: Terminal): Command {
  return answerCommand(terminal, "heartbeat", "Tells an execution that work goes on, which puts off the callback's heartbeat time-out.", ["wf callback heartbeat order-17"]).action(
    (reference: string, options: AnswerOptions) =>
      withStack(options, async (stack) => {
        const CallbackId = await findCallback(stack, reference, options.name);
        await stack.lambda.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId }));
        answered(terminal, CallbackId, "heartbeat", options);
      }),
  );
}

function answerCommand(terminal: Terminal, name: string, description: string, examples: readonly string[]): Command {
  return stackCommand(terminal, name, description, examples)
    .argument("<callback|execution>", "id of a callback, or the execution that waits for one: ARN, name, id, or the unique beginning or end of either")
    .option("--name <name>", "name of the callback, where the execution waits for several");
}

function answered(terminal: Terminal, callbackId: string, answer: "success" | "failure" | "heartbeat", { json }: StackOptions): void {
  if (json === true) printJson(terminal, { callbackId, answer });
  else terminal.out(`Sent ${answer} to ${callbackId}\n`);
}
