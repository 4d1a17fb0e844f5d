/** Runs in a process of its own: AWS's LocalDurableTestRunner with the functions of the bench, a new runner for each execution as its users have it. */
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";
import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { runClients } from "../load/clients.ts";
import { handler as steps } from "../program/functions/steps.ts";
import { handler as wait } from "../program/functions/wait.ts";
import type { RunnerRequest } from "./local-runner.ts";

const functions: Readonly<Record<string, DurableLambdaHandler>> = { steps, wait };
const send = process.send?.bind(process);
await LocalDurableTestRunner.setupTestEnvironment({ skipTime: process.argv[2] === "skip time" });

process.on("message", ({ function: name, input, load }: RunnerRequest) => {
  void runClients(load, async () => {
    const handlerFunction = functions[name];
    if (handlerFunction === undefined) throw new Error(`There is no function ${name}.`);
    const execution = await new LocalDurableTestRunner({ handlerFunction }).run({ payload: input });
    if (execution.getStatus() !== "SUCCEEDED") throw new Error(`The execution ended ${String(execution.getStatus())}.`);
  }).then((summary) => send?.(summary));
});
process.on("disconnect", () => process.exit(0));
