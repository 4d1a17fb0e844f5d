import type { Command } from "commander";
import { getExecution } from "../../operator/executions.ts";
import { findExecution } from "../client/executions.ts";
import type { Stack } from "../client/stack.ts";
import { stackCommand, withStack } from "../command.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { begin, withBeginOptions, type BeginOptions } from "./begin.ts";
import { checkPayload, PAYLOAD_HELP, readPayload } from "./payload-option.ts";

export function rerunCommand(terminal: Terminal): Command {
  const command = stackCommand(
    terminal,
    "rerun",
    "Starts a new execution of an execution's function, with the same payload or another, on the version that is live now. The old one stays as it is.",
    ["wf rerun order-17", "wf rerun a4cac388d9fe --wait", "wf rerun order-17 '{\"message\":\"hello\",\"processingTime\":2}' --name order-17-again"],
  )
    .argument("<execution>", "ARN, name, id, or the unique beginning or end of either")
    .argument("[payload]", `${PAYLOAD_HELP}; the execution's own when left out`);
  return withBeginOptions(command).action((reference: string, argument: string | undefined, options: BeginOptions) =>
    withStack(options, async (stack) => {
      const payload = argument === undefined ? undefined : await readPayload(terminal, argument);
      const arn = await findExecution(stack, reference);
      const target = stack.findFunction(arn);
      if (payload !== undefined) await checkPayload(stack, target, payload);
      await begin(terminal, stack, target, payload ?? (await payloadOf(stack, arn)), options, { rerunOf: arn });
    }),
  );
}

async function payloadOf(stack: Stack, arn: string): Promise<string> {
  const { InputPayload: payload } = await getExecution(stack, arn);
  if (payload === undefined) throw new CliError(EXIT.failed, "The execution's payload cannot be read. Give one: wf rerun <execution> <payload>");
  return payload;
}
