import {
  createValidatedPolicy,
  validateIdentityPolicy,
  validateResourcePolicy,
  validateTrustPolicy,
  type ValidatedPolicy,
} from "@cloud-copilot/iam-policy";
import type { PolicyDocument, ResourcePolicyDeclaration, RoleDeclaration, StackDeclaration } from "../declarations.ts";
import { UserError } from "../errors.ts";

/** A policy document that passed AWS's syntax, under the name it has in messages. */
export type NamedPolicy = ValidatedPolicy<{ readonly name: string }>;

export interface DeclaredRole {
  readonly name: string;
  readonly trustPolicy: NamedPolicy;
  readonly identityPolicies: readonly NamedPolicy[];
}

/** The program's policies, by the ARNs they are asked for. */
export interface DeclaredPolicies {
  readonly roles: ReadonlyMap<string, DeclaredRole>;
  readonly resources: ReadonlyMap<string, NamedPolicy>;
}

/** @throws UserError naming every fault of every policy that AWS would refuse as malformed */
export function declaredPolicies(declaration: Pick<StackDeclaration, "roles" | "resourcePolicies">): DeclaredPolicies {
  const roles = new Map(declaration.roles.map((role) => [role.arn, declaredRole(role)]));
  const resources = policiesByResource(declaration.resourcePolicies);
  const all = [...roles.values()].flatMap((role) => [role.trustPolicy, ...role.identityPolicies]).concat(...resources.values());
  const faults = all.flatMap((policy) => policy.errors.map((error) => `${policy.metadata?.name ?? ""}: ${error.path}: ${error.message}`));
  if (faults.length > 0) throw new UserError(["Malformed IAM policies in the program:", ...faults].join("\n  "));
  return { roles, resources };
}

export function identityPolicy(name: string, policy: PolicyDocument): NamedPolicy {
  return createValidatedPolicy(policy, validateIdentityPolicy, { name });
}

function declaredRole(role: RoleDeclaration): DeclaredRole {
  return {
    name: role.name,
    trustPolicy: createValidatedPolicy(role.trustPolicy, validateTrustPolicy, { name: `trust policy of role ${role.name}` }),
    identityPolicies: Object.entries(role.policies).map(([name, policy]) => identityPolicy(`policy ${name} of role ${role.name}`, policy)),
  };
}

/** A resource has one policy at AWS; each Lambda permission is a statement of it. */
function policiesByResource(declarations: readonly ResourcePolicyDeclaration[]): Map<string, NamedPolicy> {
  const statements = Map.groupBy(declarations, (declaration) => declaration.resourceArn);
  return new Map(
    [...statements].map(([arn, parts]) => {
      const merged: PolicyDocument = { Version: "2012-10-17", Statement: parts.flatMap((part) => part.policy.Statement) };
      return [arn, createValidatedPolicy(merged, validateResourcePolicy, { name: `policy of ${arn}` })];
    }),
  );
}
