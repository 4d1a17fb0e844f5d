import { runUnsafeSimulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument, PolicyStatement } from "../declarations.ts";
import { LOCAL_ACCOUNT_ID } from "../identity.ts";
import type { AccessRequest } from "./access.ts";
import { identityPolicy, type NamedPolicy } from "./declared-policies.ts";

/** Everything that decides about one request. */
export interface Question {
  /** ARN of a user or of a role's session, or a service such as `events.amazonaws.com`. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly accountId: string;
  readonly context: NonNullable<AccessRequest["context"]>;
  readonly identityPolicies: readonly NamedPolicy[];
  /** Policy of the resource, or the trust policy of a role to be assumed. */
  readonly resourcePolicy?: NamedPolicy | undefined;
}

export type Decision = "allowed" | "not allowed" | "denied by identity policy" | "denied by resource policy";

/** AWS's policy evaluation for one account: an explicit deny wins, then any allow, then no. */
export function evaluate(question: Question): Decision {
  const result = simulate(question);
  if (result === "Allowed") return "allowed";
  if (result === "ImplicitlyDenied") return "not allowed";
  const byIdentity = simulate({ ...question, resourcePolicy: undefined }) === "ExplicitlyDenied";
  return byIdentity ? "denied by identity policy" : "denied by resource policy";
}

/**
 * The policies cut down to the statements about this action. The simulator looks at every part of every statement, so
 * that a role's whole set costs several times as much for each resource that is asked about.
 */
export function policiesAbout(action: string, policies: readonly NamedPolicy[]): NamedPolicy[] {
  return policies.map((policy) => {
    const document = policy.policyDocument as PolicyDocument; // Typed `any` by the library; made of one in declared-policies.ts.
    return { ...policy, policyDocument: { ...document, Statement: document.Statement.filter((statement) => isAbout(action, statement)) } };
  });
}

/** Asks the simulator itself: would the statement allow the action, if it allowed anything to anybody? */
function isAbout(action: string, statement: PolicyStatement): boolean {
  const everywhere: PolicyStatement = { ...statement, Effect: "Allow", Resource: "*", Condition: {} };
  const policy = identityPolicy("statement", { Version: "2012-10-17", Statement: [everywhere] });
  const anybody = { principal: `arn:aws:iam::${LOCAL_ACCOUNT_ID}:user/anybody`, accountId: LOCAL_ACCOUNT_ID };
  return simulate({ ...anybody, action, resource: "*", context: {}, identityPolicies: [policy] }) === "Allowed";
}

/**
 * The simulator's unchecked entry: the checked one is asynchronous and refuses actions that are newer than its data,
 * and takes 25 times as long. Policies are checked where they are declared.
 */
function simulate(question: Question): ReturnType<typeof runUnsafeSimulation> {
  const { principal, action, accountId, context, identityPolicies, resourcePolicy } = question;
  return runUnsafeSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource: literalResource(question.resource), accountId },
        contextVariables: Object.fromEntries(Object.entries(context).map(([key, value]) => [key, typeof value === "string" ? value : [...value]])),
      },
      identityPolicies: identityPolicies.map((policy) => ({ name: policy.metadata?.name ?? "", policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy,
    },
    {},
  );
}

/**
 * The simulator reads `*` in a request as "whichever resource", which a policy on any one of them would allow. At AWS a
 * request for no particular resource needs a policy on `*`, and an asterisk in a caller's name is only a character.
 */
function literalResource(resource: string): string {
  return resource === "*" ? "arn:::::" : resource.replaceAll("*", "\u2217");
}
