import { createValidatedPolicy, validateIdentityPolicy, validateResourcePolicy } from "@cloud-copilot/iam-policy";
import { runUnsafeSimulation } from "@cloud-copilot/iam-simulate";
import { ACCOUNT, type Evaluated } from "./evaluate.ts";

export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: "*" | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface Policy {
  readonly name: string;
  readonly document: { readonly Version: string; readonly Statement: readonly Statement[] };
}

/** Every managed policy of the program: boundaries, and what is attached to roles. */
export function managedPolicies({ resources }: Evaluated): Policy[] {
  return resources.filter(({ type }) => type === "aws:iam/policy:Policy").map(({ name, inputs }) => ({ name, document: inputs.policy as Policy["document"] }));
}

/** What a role is allowed by the policies attached to it. */
export function policiesOf(program: Evaluated, role: string): Policy[] {
  const attachments = program.resources.filter(({ type, inputs }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment" && inputs.role === role);
  const attached = new Set(attachments.map(({ inputs }) => String(inputs.policyArn).split("/").at(-1)));
  return managedPolicies(program).filter(({ name }) => attached.has(name));
}

/** The policy that AWS gives a key which has none of its own: IAM decides. */
const KEY_POLICY = createValidatedPolicy(
  { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" }] },
  validateResourcePolicy,
  { name: "key" },
);

/** Asks AWS's rules of evaluation whether these policies let their role do something. */
export function isAllowed(policies: readonly Policy[], action: string, resource: string, context: Readonly<Record<string, string>> = {}): boolean {
  const result = runUnsafeSimulation(
    {
      request: { principal: `arn:aws:iam::${ACCOUNT}:role/ci/tested`, action, resource: { resource, accountId: ACCOUNT }, contextVariables: { ...context } },
      identityPolicies: policies.map(({ name, document }) => ({ name, policy: createValidatedPolicy(document, validateIdentityPolicy, { name }) })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: action.startsWith("kms:") ? KEY_POLICY : undefined,
    },
    {},
  );
  return result === "Allowed";
}
