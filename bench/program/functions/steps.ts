import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { setTimeout as sleep } from "node:timers/promises";

/** Steps one after the other that each return a small object, at once or after some milliseconds. */
export const handler = withDurableExecution(async ({ steps, stepMilliseconds }: { steps: number; stepMilliseconds: number }, context) => {
  let last = 0;
  for (let index = 1; index <= steps; index++) {
    ({ index: last } = await context.step(`step-${index}`, async () => {
      if (stepMilliseconds > 0) await sleep(stepMilliseconds);
      return { index };
    }));
  }
  return { steps: last };
});
