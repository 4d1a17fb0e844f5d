import { type DurableContext, type DurableLambdaHandler, withDurableExecution } from "@aws/durable-execution-sdk-js";
import type * as z from "zod";
import { unwrapOperationError } from "./errors.ts";
import { parseInput } from "./input.ts";
import { metricSource, MetricLines } from "./metric-lines.ts";

/**
 * A durable function: input validated at the door, and failed executions named after what went wrong rather than after the durable
 * operation in which it did. Each invocation on a deployed function ends with a line of metrics.
 *
 * @param input schema of the input, or a parser that throws `InvalidInput`; must be pure, because it runs at every replay
 * @param run the workflow; all that is not deterministic belongs in its steps
 */
export function durableHandler<Input, Result>(
  input: z.ZodType<Input> | ((event: unknown) => Input),
  run: (input: Input, context: DurableContext) => Promise<Result>,
): DurableLambdaHandler {
  const parse = typeof input === "function" ? input : (event: unknown) => parseInput(input, event);
  const source = metricSource(process.env);
  return withDurableExecution(
    async (event: unknown, context) => {
      const parsed = parse(event);
      try {
        return await run(parsed, context);
      } catch (error) {
        throw unwrapOperationError(error);
      }
    },
    { plugins: source === undefined ? [] : [new MetricLines(source)] },
  );
}
