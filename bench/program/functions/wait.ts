import { withDurableExecution } from "@aws/durable-execution-sdk-js";

/** One wait. */
export const handler = withDurableExecution(async ({ seconds }: { seconds: number }, context) => {
  await context.wait("wait", { seconds });
  return { waited: seconds };
});
