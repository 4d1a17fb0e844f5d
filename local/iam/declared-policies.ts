import { validateIdentityPolicy, validateResourcePolicy, validateTrustPolicy, type ValidationError } from "@cloud-copilot/iam-policy";
import type { PolicyDocument, ResourcePolicyDeclaration, RoleDeclaration, StackDeclaration } from "../declarations.ts";
import { UserError } from "../errors.ts";

/** The program's policies, by the ARNs they are asked for. */
export interface DeclaredPolicies {
  readonly roles: ReadonlyMap<string, RoleDeclaration>;
  readonly resources: ReadonlyMap<string, PolicyDocument>;
}

/** @throws UserError naming every fault of every policy that AWS would refuse as malformed */
export function declaredPolicies(declaration: Pick<StackDeclaration, "roles" | "resourcePolicies">): DeclaredPolicies {
  const resources = mergedByResource(declaration.resourcePolicies);
  const faults = [
    ...declaration.roles.flatMap((role) => [
      ...faultsOf(`trust policy of role ${role.name}`, validateTrustPolicy(role.trustPolicy)),
      ...Object.entries(role.policies).flatMap(([name, policy]) => faultsOf(`policy ${name} of role ${role.name}`, validateIdentityPolicy(policy))),
    ]),
    ...[...resources].flatMap(([resource, policy]) => faultsOf(`policy of ${resource}`, validateResourcePolicy(policy))),
  ];
  if (faults.length > 0) throw new UserError(["Malformed IAM policies in the program:", ...faults].join("\n  "));
  return { roles: new Map(declaration.roles.map((role) => [role.arn, role])), resources };
}

/** A resource has one policy at AWS; each Lambda permission is a statement of it. */
function mergedByResource(declarations: readonly ResourcePolicyDeclaration[]): Map<string, PolicyDocument> {
  const merged = new Map<string, PolicyDocument>();
  for (const { resourceArn, policy } of declarations) {
    const statements = merged.get(resourceArn)?.Statement ?? [];
    merged.set(resourceArn, { Version: policy.Version, Statement: [...statements, ...policy.Statement] });
  }
  return merged;
}

function faultsOf(subject: string, errors: readonly ValidationError[]): string[] {
  return errors.map((error) => `${subject}: ${error.path}: ${error.message}`);
}
