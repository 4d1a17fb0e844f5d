import type { AccessRequest } from "./access.ts";
import type { Policy } from "./language/policy.ts";
import type { Naming, Requester } from "./language/principal.ts";
import { requestContext } from "./language/request-context.ts";
import type { PolicyRequest } from "./language/statement.ts";

/** Everything that decides about one request. */
export interface Question {
  readonly requester: Requester;
  readonly action: string;
  readonly resource: string;
  readonly context: NonNullable<AccessRequest["context"]>;
  readonly identityPolicies: readonly Policy[];
  /** Policy of the resource, or the trust policy of a role to be assumed. */
  readonly resourcePolicy?: Policy | undefined;
  /** Permissions boundary of the user or role. */
  readonly boundary?: Policy | undefined;
  /** Policies given with the session. */
  readonly sessionPolicies?: readonly Policy[] | undefined;
}

export type Decision =
  | "allowed"
  | "not allowed"
  | "not allowed by permissions boundary"
  | "denied by identity policy"
  | "denied by permissions boundary"
  | "denied by resource policy";

/**
 * AWS's order within one account (IAM User Guide, "Policy evaluation logic"): an explicit deny in any policy; the
 * resource's policy; identity policies; the permissions boundary; session policies.
 */
export function evaluate(question: Question): Decision {
  const { requester, action, resource, identityPolicies, resourcePolicy, boundary, sessionPolicies } = question;
  const request: PolicyRequest = { requester, action, resource, context: requestContext(question.context), hasBoundary: boundary !== undefined };
  const boundaries = boundary === undefined ? [] : [boundary];
  if (some([...identityPolicies, ...(sessionPolicies ?? [])], "Deny", request)) return "denied by identity policy";
  if (some(boundaries, "Deny", request)) return "denied by permissions boundary";
  const byResource = namings(resourcePolicy === undefined ? [] : [resourcePolicy], request);
  if (byResource("Deny").length > 0) return "denied by resource policy";
  const granted = byResource("Allow");
  // What a resource gives to the user or session itself, is not limited by what other policies do not allow.
  if (granted.includes("itself")) return "allowed";
  // What it gives to a role, boundary and session policies limit. What it gives to the account, identity policies hand on.
  if (!granted.includes("role") && !some(identityPolicies, "Allow", request)) return "not allowed";
  if (boundary !== undefined && !some(boundaries, "Allow", request)) return "not allowed by permissions boundary";
  return sessionPolicies === undefined || some(sessionPolicies, "Allow", request) ? "allowed" : "not allowed";
}

/** The policies cut down to the statements about this action. */
export function policiesAbout(action: string, policies: readonly Policy[]): Policy[] {
  return policies.map(({ statements }) => ({ statements: statements.filter((statement) => statement.isAbout(action)) }));
}

function some(policies: readonly Policy[], effect: "Allow" | "Deny", request: PolicyRequest): boolean {
  return namings(policies, request)(effect).length > 0;
}

/** How statements of an effect that apply to the request name its principal. */
function namings(policies: readonly Policy[], request: PolicyRequest): (effect: "Allow" | "Deny") => Naming[] {
  return (effect) =>
    policies
      .flatMap(({ statements }) => statements.filter(({ source }) => source.Effect === effect))
      .map((statement) => statement.applies(request))
      .filter((naming) => naming !== undefined);
}
