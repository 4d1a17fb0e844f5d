import type { StackDeclaration } from "../declarations.ts";

/** What executions of superseded versions may still use, beside the functions themselves. */
const KINDS = ["roles", "clusters", "scheduleGroups", "queues", "tables", "logGroups"] as const;

/**
 * A declaration with those resources of the one before that are not declared any more, but that versions with open executions
 * name: a role, a table, a cluster. On AWS a deployment would delete them under the executions.
 *
 * @returns `next` itself where nothing is retained
 * @param inUse text of everything that the open executions' versions are made of
 */
export function withRetained(next: StackDeclaration, before: StackDeclaration | undefined, inUse: string): StackDeclaration {
  if (before === undefined || inUse === "") return next;
  const retained = Object.fromEntries(KINDS.map((kind) => [kind, removed(next[kind], before[kind]).filter(({ arn, name }) => inUse.includes(arn) || inUse.includes(name))]));
  const arns = new Set(Object.values(retained).flatMap((resources) => resources.map(({ arn }) => arn)));
  if (arns.size === 0) return next;
  const policies = before.resourcePolicies.filter(({ resourceArn }) => arns.has(resourceArn) && !next.resourcePolicies.some((policy) => policy.resourceArn === resourceArn));
  const all = Object.fromEntries(KINDS.map((kind) => [kind, [...next[kind], ...(retained[kind] ?? [])]]));
  return { ...next, ...all, resourcePolicies: [...next.resourcePolicies, ...policies] };
}

interface Resource {
  readonly arn: string;
  readonly name: string;
}

function removed<R extends Resource>(next: readonly R[], before: readonly R[]): R[] {
  const arns = new Set(next.map(({ arn }) => arn));
  return before.filter(({ arn }) => !arns.has(arn));
}
