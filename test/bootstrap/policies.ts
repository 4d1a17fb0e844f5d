import assert from "node:assert/strict";
import type { PolicyDocument } from "../../local/declarations.ts";
import { readPolicy } from "../../local/iam/language/policy.ts";
import { evaluate } from "../../local/iam/policy-evaluation.ts";
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

/** Evaluates by AWS's rules whether these policies let their role do something. A KMS key's default policy leaves that to them. */
export function isAllowed(policies: readonly Policy[], action: string, resource: string, context: Readonly<Record<string, string>> = {}): boolean {
  const identityPolicies = policies.map(({ document }) => readPolicy(document as PolicyDocument, "identity")); // The program's own documents: Effect is typed wider here.
  assert.deepEqual(identityPolicies.flatMap(({ faults }) => faults), []);
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/ci/tested`;
  const requester = { name: `arn:aws:sts::${ACCOUNT}:assumed-role/tested/session`, roleArn, accountId: ACCOUNT };
  return evaluate({ requester, action, resource, context, identityPolicies }) === "allowed";
}
