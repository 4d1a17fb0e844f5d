import type { PolicyStatement } from "../declarations.ts";
import type { Policy } from "./language/policy.ts";

const EXECUTIONS = "/durable-execution/";

/**
 * What the ARNs of all durable executions of one version begin with, for the ARN of any of them. Every execution has an ARN
 * of its own, so that a decision remembered for one ARN would never be asked for by another execution.
 */
export function executionClass(resource: string): string | undefined {
  const at = resource.indexOf(EXECUTIONS);
  return at < 0 ? undefined : resource.slice(0, at + EXECUTIONS.length);
}

/**
 * Whether the policies cannot tell one execution of a version from another. True only of patterns that obviously cannot;
 * of all others no is the safe answer.
 */
export function decideAlike(policies: readonly Policy[]): boolean {
  return policies.every(({ statements }) => statements.every(({ source }) => isAlike(source)));
}

function isAlike(statement: PolicyStatement): boolean {
  if (statement.Resource === undefined) return false; // NotResource
  return [statement.Resource].flat().every(isAlikePattern);
}

function isAlikePattern(pattern: string): boolean {
  if (pattern.includes("${")) return false;
  const tail = pattern.indexOf(EXECUTIONS);
  if (tail >= 0) return ["*", "*/*"].includes(pattern.slice(tail + EXECUTIONS.length));
  return !/[*?]./.test(pattern) && !pattern.endsWith("?");
}
