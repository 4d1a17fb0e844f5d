import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import type { Outside } from "./outside.ts";
import { UNDISTURBED } from "./plan.ts";
import { type Finished, Run } from "./run.ts";
import { withSimulation } from "./simulated.ts";

/** Runs one execution without a crash, for tests of what a workflow does. Waits, retries and time-outs of callbacks pass at once. */
export async function execute<World>(
  createHandler: (world: World) => DurableLambdaHandler,
  input: unknown,
  createWorld: (outside: Outside) => World,
): Promise<Finished> {
  return withSimulation(() => new Run(createHandler, input, createWorld, UNDISTURBED).finish());
}
