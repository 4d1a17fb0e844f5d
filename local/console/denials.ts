import type { DenialView } from "../../operator/page/api.ts";
import type { PolicyStatement } from "../declarations.ts";
import type { Denial } from "../iam/denial.ts";

/** Newest first. */
export function denialViews(denials: readonly Denial[]): DenialView[] {
  return denials
    .map((denial) => {
      const { where, statement } = remedy(denial);
      return { ...denial, where, statement: statement && JSON.stringify(statement) };
    })
    .reverse();
}

/** What would have to change for a refused request to be allowed. */
export function remedy({ principal, action, resource, message }: Denial): { readonly where: string; readonly statement?: PolicyStatement } {
  const [, role] = /:assumed-role\/([^/]+)\//.exec(principal) ?? [];
  const asRole = role === undefined ? principal : `the role ${role}`;
  if (message.includes("explicit deny")) return { where: `a statement that denies this to ${asRole}: it has to go` };
  const allow = { Effect: "Allow", Action: action } as const;
  const service = { Principal: { Service: principal } };
  // In a trust policy the role itself is the resource, and is not named.
  if (message.includes("no role trust policy")) return { where: `the trust policy of ${resource}`, statement: { ...allow, ...service } };
  if (message.includes("no resource-based policy")) return { where: `the policy of ${resource}`, statement: { ...allow, ...service, Resource: resource } };
  return { where: `a policy of ${asRole}`, statement: { ...allow, Resource: resource } };
}
