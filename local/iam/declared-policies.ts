import type { PolicyDocument, ResourcePolicyDeclaration, RoleDeclaration, StackDeclaration } from "../declarations.ts";
import { UserError } from "../errors.ts";
import { readPolicy, type ReadPolicy } from "./language/policy.ts";
import type { PolicyKind } from "./language/statement.ts";

/** A policy under the name that it has in messages. */
export interface NamedPolicy extends ReadPolicy {
  readonly name: string;
}

export interface DeclaredRole {
  readonly name: string;
  readonly trustPolicy: NamedPolicy;
  readonly identityPolicies: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy | undefined;
}

/** The program's policies, by the ARNs they are asked for. */
export interface DeclaredPolicies {
  readonly roles: ReadonlyMap<string, DeclaredRole>;
  readonly resources: ReadonlyMap<string, NamedPolicy>;
}

/** @throws UserError naming every part of every policy that AWS refuses as malformed or whose meaning it does not document */
export function declaredPolicies(declaration: Pick<StackDeclaration, "roles" | "resourcePolicies">): DeclaredPolicies {
  const roles = new Map(declaration.roles.map((role) => [role.arn, declaredRole(role)]));
  const resources = policiesByResource(declaration.resourcePolicies);
  const all = [...roles.values()].flatMap((role) => [role.trustPolicy, ...role.identityPolicies, ...(role.boundary === undefined ? [] : [role.boundary])]).concat(...resources.values());
  const faults = all.flatMap((policy) => policy.faults.map((fault) => `${policy.name}: ${fault}`));
  if (faults.length > 0) throw new UserError(["Malformed IAM policies in the program:", ...faults].join("\n  "));
  return { roles, resources };
}

function named(name: string, policy: PolicyDocument, kind: PolicyKind): NamedPolicy {
  return { name, ...readPolicy(policy, kind) };
}

function declaredRole(role: RoleDeclaration): DeclaredRole {
  return {
    name: role.name,
    trustPolicy: named(`trust policy of role ${role.name}`, role.trustPolicy, "trust"),
    identityPolicies: Object.entries(role.policies).map(([name, policy]) => named(`policy ${name} of role ${role.name}`, policy, "identity")),
    boundary: role.permissionsBoundary && named(`permissions boundary of role ${role.name}`, role.permissionsBoundary, "identity"),
  };
}

/** A resource has one policy at AWS; each Lambda permission is a statement of it. */
function policiesByResource(declarations: readonly ResourcePolicyDeclaration[]): Map<string, NamedPolicy> {
  const statements = Map.groupBy(declarations, (declaration) => declaration.resourceArn);
  return new Map(
    [...statements].map(([arn, parts]) => {
      const merged: PolicyDocument = { Version: "2012-10-17", Statement: parts.flatMap((part) => part.policy.Statement) };
      return [arn, named(`policy of ${arn}`, merged, "resource")];
    }),
  );
}
