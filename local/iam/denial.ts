import type { Decision } from "./policy-evaluation.ts";

/** A request that IAM refused. */
export interface Denial {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** ARN, or a service such as `events.amazonaws.com`. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly message: string;
}

/** Which policies had to allow the request, when none did. */
export type DecidingPolicy = "identity-based policy" | "resource-based policy" | "role trust policy";

/** The message in AWS's words: who, which action, which resource, and why not. */
export function denialMessage(denial: {
  principal: string;
  action: string;
  resource: string;
  decision: Exclude<Decision, "allowed">;
  decidedBy: DecidingPolicy;
}): string {
  const { principal, action, resource, decision, decidedBy } = denial;
  return `User: ${principal} is not authorized to perform: ${action} on resource: ${resource} ${reason(decision, decidedBy, action)}`;
}

function reason(decision: Exclude<Decision, "allowed">, decidedBy: DecidingPolicy, action: string): string {
  switch (decision) {
    case "not allowed":
      return `because no ${decidedBy} allows the ${action} action`;
    case "not allowed by permissions boundary":
      return `because no permissions boundary allows the ${action} action`;
    case "denied by permissions boundary":
      return "with an explicit deny in a permissions boundary";
    case "denied by identity policy":
      return "with an explicit deny in an identity-based policy";
    case "denied by resource policy":
      return `with an explicit deny in ${decidedBy === "role trust policy" ? "the role trust policy" : "a resource-based policy"}`;
  }
}
