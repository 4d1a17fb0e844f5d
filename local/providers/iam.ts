import * as z from "zod";
import type { RoleDeclaration } from "../declarations.ts";
import { policyElements } from "../iam/language/document.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared, jsonText } from "./declared.ts";
import { physicalName, type Providers } from "./provider.ts";

const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";

export const iamProviders: Providers = {
  [ROLE]: (resource, context) => {
    const name = physicalName(resource, context);
    const { partition, accountId } = context.identity;
    return { id: name, outputs: { id: name, name, arn: `arn:${partition}:iam::${accountId}:role/${name}`, uniqueId: name } };
  },
  [ROLE_POLICY]: (resource, context) => {
    const name = physicalName(resource, context);
    return { id: `${String(resource.inputs.role)}:${name}`, outputs: { name } };
  },
};

export const policyDocument = jsonText(policyElements);

const role = z.object({ name: z.string(), arn: z.string(), assumeRolePolicy: policyDocument });
const rolePolicy = z.object({ name: z.string(), role: z.string(), policy: policyDocument });

export function declareRoles(resources: readonly RegisteredResource[]): RoleDeclaration[] {
  const policies = declared(resources, ROLE_POLICY, rolePolicy);
  return declared(resources, ROLE, role).map(({ name, arn, assumeRolePolicy }) => ({
    name,
    arn,
    trustPolicy: assumeRolePolicy,
    policies: Object.fromEntries(policies.filter((policy) => policy.role === name).map((policy) => [policy.name, policy.policy])),
  }));
}
