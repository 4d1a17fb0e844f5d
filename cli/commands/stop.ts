import { StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import type { Command } from "commander";
import { hasEnded } from "../../operator/execution-status.ts";
import { getExecution } from "../../operator/executions.ts";
import { findExecution } from "../client/executions.ts";
import { printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";

interface StopOptions extends StackOptions {
  readonly reason: string;
}

export function stopCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "stop", "Stops an execution, for good. The program's watchdog stops its tasks.", [
    "wf stop a4cac388d9fe",
    'wf stop order-17 --reason "ordered twice"',
  ])
    .argument("<execution>", "ARN, name, id, or the unique beginning or end of either")
    .option("--reason <text>", "the message of the error that it ends with", "Stopped by wf stop")
    .action((reference: string, options: StopOptions) =>
      withStack(options, async (stack) => {
        const arn = await findExecution(stack, reference);
        const { Status: status } = await getExecution(stack, arn);
        if (hasEnded(status)) throw new CliError(EXIT.failed, `The execution has ended already: ${status ?? ""}.`);
        const { StopTimestamp } = await stack.lambda.send(
          new StopDurableExecutionCommand({ DurableExecutionArn: arn, Error: { ErrorType: "Stopped", ErrorMessage: options.reason } }),
        );
        const stoppedAt = (StopTimestamp ?? new Date()).toISOString();
        if (options.json === true) { printJson(terminal, { arn, stoppedAt }); return; }
        terminal.out(`Stopped ${arn}\n`);
      }),
    );
}
