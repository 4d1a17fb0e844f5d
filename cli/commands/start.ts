import type { Command } from "commander";
import { stackCommand, withStack } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { begin, withBeginOptions, type BeginOptions } from "./begin.ts";
import { checkPayload, PAYLOAD_HELP, readPayload } from "./payload-option.ts";

export function startCommand(terminal: Terminal): Command {
  const command = stackCommand(terminal, "start", "Starts an execution of a function. With --wait, its result is printed, and the exit code is 0 only if it succeeded.", [
    "wf start ship-order '{\"order\":17}' --wait",
    "wf start ship-order @order.json --name order-17",
    "echo '{}' | wf start ship-order - --wait --json",
  ])
    .argument("<function>", "short name, name on AWS or ARN")
    .argument("[payload]", PAYLOAD_HELP, "{}");
  return withBeginOptions(command).action((reference: string, argument: string, options: BeginOptions) =>
    withStack(options, async (stack) => {
      const target = stack.findFunction(reference);
      const payload = await readPayload(terminal, argument);
      await checkPayload(stack, target, payload);
      await begin(terminal, stack, target, payload, options);
    }),
  );
}
