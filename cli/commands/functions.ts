import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import type { Command } from "commander";
import type { Stack, StackFunction } from "../client/stack.ts";
import { printJson, stackCommand, withStack, type StackOptions } from "../command.ts";
import type { Terminal } from "../terminal.ts";
import { duration } from "../text/duration.ts";
import { table } from "../text/table.ts";

export function functionsCommand(terminal: Terminal): Command {
  return stackCommand(terminal, "functions", "Lists the functions of the stack.", ["wf functions", "wf functions --json | jq -r '.functions[].aliasArn'"]).action((options: StackOptions) =>
    withStack(options, async (stack) => {
      const functions = await Promise.all(stack.functions.map((declared) => look(stack, declared)));
      if (options.json === true) { printJson(terminal, { functions }); return; }
      const rows = functions.map(({ name, version, timeoutSeconds, memoryMegabytes, durable, functionName }) => [
        name,
        version,
        durable === null ? "" : duration(durable.executionTimeoutSeconds * 1000),
        `${timeoutSeconds} s`,
        `${memoryMegabytes} MB`,
        functionName,
      ]);
      terminal.out(table(terminal, ["FUNCTION", "VERSION", "DURABLE FOR", "TIME-OUT", "MEMORY", "NAME ON AWS"], rows));
    }),
  );
}

async function look(stack: Stack, { name, functionName, aliasArn, version }: StackFunction) {
  const { Runtime, Timeout, MemorySize, DurableConfig } = await stack.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: aliasArn }));
  return {
    name,
    functionName,
    aliasArn,
    version,
    runtime: Runtime ?? "",
    timeoutSeconds: Timeout ?? 0,
    memoryMegabytes: MemorySize ?? 0,
    durable: DurableConfig === undefined ? null : { executionTimeoutSeconds: DurableConfig.ExecutionTimeout ?? 0, retentionDays: DurableConfig.RetentionPeriodInDays ?? 0 },
  };
}
