import assert from "node:assert/strict";
import type { PolicyDocument, PolicyStatement } from "../../../../local/declarations.ts";
import { type Policy, readPolicy } from "../../../../local/iam/language/policy.ts";
import type { PolicyKind } from "../../../../local/iam/language/statement.ts";
import { type Decision, evaluate, type Question } from "../../../../local/iam/policy-evaluation.ts";

export const ACCOUNT = "111122223333";
export const USER = { name: `arn:aws:iam::${ACCOUNT}:user/alice`, accountId: ACCOUNT };
export const SESSION = { name: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/s1`, roleArn: `arn:aws:iam::${ACCOUNT}:role/worker`, accountId: ACCOUNT };
export const SERVICE = { name: "events.amazonaws.com" };

/** A policy without faults. */
export function policyOf(kind: PolicyKind, statements: PolicyStatement[], version: Pick<PolicyDocument, "Version"> = { Version: "2012-10-17" }): Policy {
  const policy = readPolicy({ ...version, Statement: statements }, kind);
  assert.deepEqual(policy.faults, []);
  return policy;
}

export function faultsOf(kind: PolicyKind, statement: PolicyStatement, document: Partial<PolicyDocument> = {}): readonly string[] {
  return readPolicy({ Version: "2012-10-17", ...document, Statement: [statement] }, kind).faults;
}

/** Decides on `s3:GetObject` of one object for a session of a role, or on what differs from that. */
export function decide(question: Partial<Question>): Decision {
  return evaluate({ requester: SESSION, action: "s3:GetObject", resource: "arn:aws:s3:::bucket/object", context: {}, identityPolicies: [], ...question });
}

/** Whether a condition holds. */
export function holds(operator: string, key: string, expected: string | readonly string[], context: Question["context"]): boolean {
  const statement: PolicyStatement = { Effect: "Allow", Action: "*", Resource: "*", Condition: { [operator]: { [key]: expected } } };
  return decide({ identityPolicies: [policyOf("identity", [statement])], context }) === "allowed";
}

/** Whether a Resource matches a resource. */
export function covers(pattern: string, resource: string, context: Question["context"] = {}): boolean {
  return decide({ identityPolicies: [policyOf("identity", [{ Effect: "Allow", Action: "*", Resource: pattern }])], resource, context }) === "allowed";
}
