import type * as pulumi from "@pulumi/pulumi";
import { MAX_EXECUTION_SECONDS } from "../functions/shared/execution-time.ts";
import { allow } from "./iam.ts";
import { executionsOf, type Place, stackName } from "./names.ts";
import { PublishedFunction, type PublishedFunctionArgs } from "./published-function.ts";
import type { FunctionName } from "./workflows.ts";

export interface DurableFunctionArgs extends PublishedFunctionArgs {
  readonly place: Place;
  /**
   * Seconds that an execution may last, waits included; more than 366 days are cut to that. Up to 900 callers may wait for
   * the result; beyond, Lambda takes only asynchronous starts.
   */
  readonly executionTimeoutSeconds: number;
  /** Days that a closed execution can be read, 1 to 90. */
  readonly retentionDays: number;
  /** Error types of this function's own, which its metric lines count by name. */
  readonly errorTypes?: readonly string[];
}

/**
 * A Lambda function whose executions survive its invocations: they checkpoint, wait without cost, and go on where they were.
 *
 * Limits: 3,000 operations and 100 MB written per execution, 366 days. An execution stays on the version it started on.
 * Costs about 8 USD per million operations (starts, steps, waits), 0.25 USD per GB written and 0.15 USD per GB and month
 * kept, besides the usual price of each invocation.
 */
export class DurableFunction extends PublishedFunction {
  constructor(name: FunctionName, args: DurableFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    const checkpointing = allow("Checkpoint", ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"], [executionsOf(args.place, name)]);
    const { errorTypes = [] } = args;
    // Where and how the workflow's metric lines are counted.
    const environment = { METRICS_STACK: stackName(), ...(errorTypes.length > 0 && { METRICS_ERROR_TYPES: errorTypes.join(",") }), ...args.environment };
    super(name, { ...args, environment, statements: [checkpointing, ...(args.statements ?? [])] }, opts, "durable-workflows:infra:DurableFunction", {
      executionTimeout: Math.min(args.executionTimeoutSeconds, MAX_EXECUTION_SECONDS),
      retentionPeriod: args.retentionDays,
    });
  }
}
