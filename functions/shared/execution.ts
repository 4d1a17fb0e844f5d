import { createHash } from "node:crypto";

/** The execution's id: the last segment of its ARN, unlike the name never given twice. */
export function executionId(executionArn: string): string {
  return executionArn.slice(executionArn.lastIndexOf("/") + 1);
}

/** Reports whether an execution belongs to a function. @param functionArn qualified by version or alias */
export function isExecutionOf(functionArn: string, executionArn: string): boolean {
  const unqualified = functionArn.slice(0, functionArn.lastIndexOf(":") + 1);
  return executionArn.startsWith(unqualified);
}

/**
 * The token under which a call that creates something may be repeated without creating it twice: the same for every replay and retry of
 * one operation, never the same for two executions.
 *
 * @param attempt number of the attempt at the job, from 1
 * @param tryNumber number of the call among those that may create one thing each, from 1: after a refusal, the next call is another request
 * @returns 64 hexadecimal digits, the most that ECS and the Scheduler take
 */
export function idempotencyToken(executionArn: string, operation: string, attempt = 1, tryNumber = 1): string {
  return createHash("sha256").update(JSON.stringify([executionArn, operation, attempt, tryNumber])).digest("hex");
}
