import type { DurableInstrumentationPlugin, InvocationEndInfo, OperationInfo } from "@aws/durable-execution-sdk-js";
import { SHARED_ERROR_TYPES } from "./errors.ts";

/** CloudWatch namespace of the workflows' own metrics. */
export const METRICS_NAMESPACE = "DurableWorkflows";

/** The cause of a failed execution whose error type no workflow declares: a bug, an error of AWS, non-determinism. */
export const UNEXPECTED = "Unexpected";

/** Where metrics are counted: the values of their dimensions. */
export interface MetricSource {
  /** Project and stack. */
  readonly stack: string;
  /** Physical name. */
  readonly functionName: string;
  /** Error types that the function's workflow declares. */
  readonly errorTypes: readonly string[];
}

/** @returns undefined outside of a function that infra/durable-function.ts has declared, such as in a unit test */
export function metricSource({ METRICS_STACK, METRICS_ERROR_TYPES, AWS_LAMBDA_FUNCTION_NAME }: NodeJS.ProcessEnv): MetricSource | undefined {
  if (METRICS_STACK === undefined || AWS_LAMBDA_FUNCTION_NAME === undefined) return undefined;
  return { stack: METRICS_STACK, functionName: AWS_LAMBDA_FUNCTION_NAME, errorTypes: METRICS_ERROR_TYPES?.split(",") ?? [] };
}

/**
 * Writes one line at the end of each invocation, from which CloudWatch Logs extracts metrics (CloudWatch User Guide, "Using the
 * embedded metric format with Lambda"). The SDK calls `onInvocationEnd` once per invocation, replayed or not, and awaits it
 * before the handler returns.
 */
export class MetricLines implements DurableInstrumentationPlugin {
  readonly #source: MetricSource;
  readonly #write: (line: string) => void;

  /** @param write standard output by default; the console would be wrapped by Lambda, and CloudWatch would find no metric in it */
  constructor(source: MetricSource, write: (line: string) => void = (line) => process.stdout.write(line)) {
    this.#source = source;
    this.#write = write;
  }

  async onInvocationEnd(info: InvocationEndInfo): Promise<void> {
    this.#write(`${JSON.stringify(metricLine(info, this.#source, new Date()))}\n`);
  }
}

/**
 * The line of one invocation: fields for people and queries, as the SDK's logger names them, and metrics for CloudWatch.
 *
 * - `Operations`: metered operations of the execution so far; its Maximum shows an execution that nears the limit
 * - `ExecutionsFailed`: 1 when the execution fails, by stack and cause
 * - `FailuresReported`: the same by function, to compare with Lambda's own count of failed executions
 */
export function metricLine({ executionArn, requestId, status, executionError, operations }: InvocationEndInfo, { stack, functionName, errorTypes }: MetricSource, now: Date): object {
  const all = Object.values(operations);
  const refused = isCheckpointRefused(executionError);
  const errorType = refused ? CHECKPOINT_FAILED : executionError?.name;
  const failed = status === "FAILED" && !refused;
  return {
    timestamp: now.toISOString(),
    level: "INFO",
    message: `Invocation ended: ${status}`,
    executionArn,
    requestId,
    lastProgressAt: lastProgress(all)?.toISOString(),
    errorType,
    Stack: stack,
    Operations: countOperations(all),
    ...(failed && { FunctionName: functionName, Cause: causeOf(errorType, errorTypes), ExecutionsFailed: 1, FailuresReported: 1 }),
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        directive("Operations", ["Stack"]),
        ...(failed ? [directive("ExecutionsFailed", ["Stack", "Cause"]), directive("FailuresReported", ["FunctionName"])] : []),
      ],
    },
  };
}

/** The SDK's own name for the reason; the names of its error classes don't survive bundling. */
const CHECKPOINT_FAILED = "CHECKPOINT_FAILED";

/**
 * Whether Lambda refused a checkpoint, so that the invocation couldn't go on. That is no failure of the workflow yet: an execution
 * that was stopped meanwhile stays STOPPED, and an invocation that another one has superseded decides nothing.
 */
function isCheckpointRefused(error: Error | undefined): boolean {
  return error !== undefined && "terminationReason" in error && error.terminationReason === CHECKPOINT_FAILED;
}

function directive(metric: string, dimensions: readonly string[]): object {
  return { Namespace: METRICS_NAMESPACE, Dimensions: [dimensions], Metrics: [{ Name: metric, Unit: "Count" }] };
}

/** A name of the few that are declared: each is a metric of its own, and billed. */
function causeOf(errorType: string | undefined, ownTypes: readonly string[]): string {
  return [...SHARED_ERROR_TYPES, ...ownTypes].find((type) => type === errorType) ?? UNEXPECTED;
}

/**
 * Operations as Lambda meters them (AWS Durable Execution SDK Developer Guide, "Metering"): each counts once, and a step once more
 * for each retry; a poll of `waitForCondition` is a retry. Retries of whole invocations are not in the state, and not counted.
 */
function countOperations(operations: readonly OperationInfo[]): number {
  return operations.reduce((sum, operation) => sum + attemptsOf(operation), 0);
}

/** `attempt` is the number of attempts that have ended; the next one is metered when it is scheduled. */
function attemptsOf({ attempt = 0, endTimestamp }: OperationInfo): number {
  return endTimestamp === undefined ? attempt + 1 : Math.max(attempt, 1);
}

/** When an operation last started or ended. */
function lastProgress(operations: readonly OperationInfo[]): Date | undefined {
  const times = operations.flatMap(({ startTimestamp, endTimestamp }) => endTimestamp ?? startTimestamp ?? []);
  return times.reduce<Date | undefined>((latest, time) => (latest === undefined || time > latest ? time : latest), undefined);
}
