import { type DurableContext, type DurableLambdaHandler, withDurableExecution } from "@aws/durable-execution-sdk-js";
import { unwrapOperationError } from "./errors.ts";
import { metricSource, MetricLines } from "./metric-lines.ts";

/**
 * A durable function: input validated at the door, and failed executions named after what went wrong rather than after the durable
 * operation in which it did. Each invocation on a deployed function ends with a line of metrics.
 *
 * @param parse must be pure, because it runs at every replay; throws `InvalidInput`
 * @param run the workflow; all that is not deterministic belongs in its steps
 */
export function durableHandler<Input, Result>(
  parse: (event: unknown) => Input,
  run: (input: Input, context: DurableContext) => Promise<Result>,
): DurableLambdaHandler {
  const source = metricSource(process.env);
  return withDurableExecution(
    async (event: unknown, context) => {
      const input = parse(event);
      try {
        return await run(input, context);
      } catch (error) {
        throw unwrapOperationError(error);
      }
    },
    { plugins: source === undefined ? [] : [new MetricLines(source)] },
  );
}
