import { ACTIONS_WITHOUT_RESOURCE } from "../infra/iam.ts";
import { allowances } from "./iam-statements.ts";
import type { Rule } from "./rule.ts";

export const namedActions: Rule = {
  name: "iam-named-actions",
  description: "A policy names every action that it allows: a wildcard also allows what AWS adds later.",
  faults: (subject) =>
    allowances(subject).flatMap(({ Sid, Action = [], NotAction }) => [
      ...Action.filter(hasWildcard).map((action) => `${Sid} allows ${action}; name each action`),
      ...(NotAction === undefined ? [] : [`${Sid} allows everything but ${NotAction.join(", ")}; name what it allows`]),
    ]),
};

export const namedResources: Rule = {
  name: "iam-named-resources",
  description: "A policy names the resources that it allows to use, but for the actions that have none on record in infra/iam.ts.",
  faults: (subject) => {
    // In a key's own policy, `*` is that key.
    if (subject.type === "aws:kms/key:Key") return [];
    return allowances(subject).flatMap(({ Sid, Action = [], Resource = [], NotResource }) => {
      if (NotResource !== undefined) return [`${Sid} allows every resource but ${NotResource.join(", ")}; name those it allows`];
      const needing = Action.filter((action) => !Object.hasOwn(ACTIONS_WITHOUT_RESOURCE, action));
      return needing.length === 0 ? [] : Resource.filter(isOpen).map((resource) => `${Sid} allows ${needing.join(", ")} on ${resource}; name the resources`);
    });
  },
};

export const ownPolicies: Rule = {
  name: "iam-own-policies",
  description: "What a role may do stands in this program: the policies that AWS manages are wide, and change without a review.",
  faults: ({ type, props }) => {
    if (/^aws:iam\/\w*[pP]olicyAttachment:/.test(type)) return [`attaches ${String(props.policyArn)}; write its statements down`];
    return type === "aws:iam/role:Role" && props.managedPolicyArns !== undefined ? ["has managedPolicyArns; write their statements down"] : [];
  },
};

export const passRoleToOneService: Rule = {
  name: "iam-pass-role-to-one-service",
  description: "iam:PassRole names the roles and, in the condition iam:PassedToService, the one service that may get them: otherwise it lends out every right that any role has.",
  faults: (subject) =>
    allowances(subject)
      .filter(({ Action = [] }) => Action.includes("iam:PassRole"))
      .flatMap(({ Sid, Resource = [], Condition }) => {
        const services = Condition?.StringEquals?.["iam:PassedToService"] ?? [];
        return [
          ...(services.length === 1 ? [] : [`${Sid} passes roles to ${services.join(", ") || "any service"}; name one in StringEquals iam:PassedToService`]),
          ...Resource.filter(hasWildcard).map((resource) => `${Sid} passes ${resource}; name the roles`),
        ];
      }),
};

function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}

/** Whether a resource is every one of its kind: nothing is named behind the account, or not even the account, Region or service. */
function isOpen(resource: string): boolean {
  const [scheme, , service = "", region = "", account = "", ...name] = resource.split(":");
  if (scheme !== "arn") return hasWildcard(resource);
  return [service, region, account].some(hasWildcard) || /^[*?]*$/.test(name.join(":"));
}
