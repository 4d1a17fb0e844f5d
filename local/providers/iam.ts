import * as z from "zod";
import type { PolicyDocument, RoleDeclaration } from "../declarations.ts";
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

const oneOrMany = z.union([z.string(), z.array(z.string())]);

export const policyDocument: z.ZodType<PolicyDocument> = jsonText(
  z.object({
    Version: z.string(),
    Statement: z.array(
      z.object({
        Sid: z.string().optional(),
        Effect: z.enum(["Allow", "Deny"]),
        Action: oneOrMany,
        Resource: oneOrMany.optional(),
        Principal: z.union([z.literal("*"), z.record(z.string(), oneOrMany)]).optional(),
        Condition: z.record(z.string(), z.record(z.string(), oneOrMany)).optional(),
      }),
    ),
  }),
);

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
