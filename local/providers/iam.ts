import * as z from "zod";
import type { PolicyDocument, RoleDeclaration } from "../declarations.ts";
import { awsManagedPolicy } from "../iam/aws-managed-policies.ts";
import { policyElements } from "../iam/language/document.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared, jsonText } from "./declared.ts";
import { physicalName, type Providers } from "./provider.ts";

const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const POLICY = "aws:iam/policy:Policy";
const ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";

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
  [POLICY]: (resource, context) => {
    const name = physicalName(resource, context);
    const { partition, accountId } = context.identity;
    const { path = "/" } = resource.inputs;
    const arn = `arn:${partition}:iam::${accountId}:policy${String(path)}${name}`;
    return { id: arn, outputs: { name, path, arn, policyId: name } };
  },
  [ATTACHMENT]: (resource) => ({ id: `${String(resource.inputs.role)}-${resource.name}`, outputs: {} }),
};

export const policyDocument = jsonText(policyElements);

const role = z.object({
  name: z.string(),
  arn: z.string(),
  assumeRolePolicy: policyDocument,
  inlinePolicies: z.array(z.object({ name: z.string().optional(), policy: policyDocument.optional() })).default([]),
  managedPolicyArns: z.array(z.string()).default([]),
  permissionsBoundary: z.string().optional(),
});
const rolePolicy = z.object({ name: z.string(), role: z.string(), policy: policyDocument });
const policy = z.object({ arn: z.string(), policy: policyDocument });
const attachment = z.object({ role: z.string(), policyArn: z.string() });

type Role = z.infer<typeof role>;

/** The managed policies of the program's roles, by their ARNs. */
interface ManagedPolicies {
  document(arn: string): PolicyDocument | undefined;
  attachedTo(role: Role): readonly string[];
}

export function declareRoles(resources: readonly RegisteredResource[]): RoleDeclaration[] {
  const rolePolicies = declared(resources, ROLE_POLICY, rolePolicy);
  const managed = managedPolicies(resources);
  return declared(resources, ROLE, role).map((each) => ({
    name: each.name,
    arn: each.arn,
    trustPolicy: each.assumeRolePolicy,
    policies: Object.fromEntries(
      [
        ...each.inlinePolicies.map(({ name = "", policy }) => [name, policy] as const),
        ...rolePolicies.filter(({ role: name }) => name === each.name).map(({ name, policy }) => [name, policy] as const),
        ...managed.attachedTo(each).map((arn) => [arn, managed.document(arn)] as const),
      ].filter((named): named is readonly [string, PolicyDocument] => named[1] !== undefined),
    ),
    permissionsBoundary: each.permissionsBoundary === undefined ? undefined : managed.document(each.permissionsBoundary),
  }));
}

/** Managed policies of roles that are neither declared in the program nor known: they grant nothing and limit nothing. */
export function unknownPolicies(resources: readonly RegisteredResource[]): string[] {
  const managed = managedPolicies(resources);
  return declared(resources, ROLE, role).flatMap((each) => {
    const { name, permissionsBoundary } = each;
    const policies = managed.attachedTo(each).map((arn) => ({ arn, what: `policy ${arn} of role ${name}` }));
    const boundaries = permissionsBoundary === undefined ? [] : [{ arn: permissionsBoundary, what: `permissions boundary ${permissionsBoundary} of role ${name}` }];
    return [...policies, ...boundaries].filter(({ arn }) => managed.document(arn) === undefined).map(({ what }) => what);
  });
}

function managedPolicies(resources: readonly RegisteredResource[]): ManagedPolicies {
  const documents = new Map(declared(resources, POLICY, policy).map(({ arn, policy: document }) => [arn, document]));
  const attachments = declared(resources, ATTACHMENT, attachment);
  return {
    document: (arn) => documents.get(arn) ?? awsManagedPolicy(arn),
    attachedTo: ({ name, managedPolicyArns }) => [
      ...new Set([...managedPolicyArns, ...attachments.filter(({ role: attachedTo }) => attachedTo === name).map(({ policyArn }) => policyArn)]),
    ],
  };
}
