import type { PolicyStatement } from "../../declarations.ts";
import { PolicyFault } from "./fault.ts";

/** The principal of a request. */
export interface Requester {
  /** ARN of a user or of a role's session, or a service such as `events.amazonaws.com`. */
  readonly name: string;
  /** Set for sessions of a role. */
  readonly roleArn?: string | undefined;
  /** Undefined for services. */
  readonly accountId?: string | undefined;
}

/** How a statement names a requester: itself, by its role, by its account. Each gives other permissions (IAM User Guide, policy evaluation logic). */
export type Naming = "itself" | "role" | "account";

type Principals = NonNullable<PolicyStatement["Principal"]>;

const EVERYBODY = ["*"];
const AWS_PRINCIPAL = /^(\*|\d{12}|arn:[a-z-]+:iam::\d{12}:(root|(user|role)\/[^*?]+)|arn:[a-z-]+:sts::\d{12}:(assumed-role\/[^*?/]+|federated-user)\/[^*?]+)$/;

/**
 * Reads a Principal or NotPrincipal element.
 *
 * @returns how it names a requester; undefined if it does not
 * @throws PolicyFault for a kind or form of principal that AWS does not document
 */
export function principals(element: Principals): (requester: Requester) => Naming | undefined {
  const { AWS: aws = [], Service: services = [], ...others } = lists(element);
  // Nobody here is federated or a canonical user.
  const kind = Object.keys(others).find((other) => other !== "Federated" && other !== "CanonicalUser");
  if (kind !== undefined) throw new PolicyFault(`unknown kind of principal "${kind}"`);
  for (const principal of aws) if (!AWS_PRINCIPAL.test(principal)) throw new PolicyFault(`"${principal}" is neither "*" nor the account, user, role or session of AWS principals; wildcards cannot be part of a name`);
  for (const service of services) if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(service)) throw new PolicyFault(`"${service}" is not a service, such as lambda.amazonaws.com`);
  const accounts = new Set(aws.map(accountOf));
  const names = new Set([...aws, ...services]);
  return ({ name, roleArn, accountId }) => {
    if (names.has("*") || names.has(name)) return "itself";
    if (roleArn !== undefined && names.has(roleArn)) return "role";
    return accountId !== undefined && accounts.has(accountId) ? "account" : undefined;
  };
}

/**
 * Reads the NotPrincipal of a Deny.
 *
 * @returns whether a requester is denied. AWS denies principals with a permissions boundary, whoever is named.
 * @throws PolicyFault if the account of a named principal is not named too: AWS may deny the whole account then
 */
export function allBut(element: Principals): (requester: Requester, hasBoundary: boolean) => boolean {
  const naming = principals(element);
  const named = lists(element).AWS ?? [];
  const accounts = new Set(named.map(accountOf));
  for (const arn of named) {
    const account = arn.split(":")[4];
    if (account !== undefined && !accounts.has(account)) throw new PolicyFault(`names ${arn} but not its account: AWS may deny the whole account; add "arn:aws:iam::${account}:root"`);
  }
  return (requester, hasBoundary) => hasBoundary || !["itself", "role"].includes(naming(requester) ?? "");
}

/** The account that a principal stands for; undefined if it stands for less. */
function accountOf(principal: string): string | undefined {
  return /^(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?$/.exec(principal)?.[1];
}

function lists(element: Principals): Partial<Record<string, readonly string[]>> {
  if (element === "*") return { AWS: EVERYBODY };
  return Object.fromEntries(Object.entries(element).map(([kind, names]) => [kind, [names].flat()]));
}
