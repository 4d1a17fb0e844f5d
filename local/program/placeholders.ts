import { hash } from "node:crypto";

/**
 * An evaluation does not know revisions and digests: they depend on code that may change without a new evaluation. The
 * evaluated program sees placeholders of the same form, and {@link fillIn} puts the values in their place. A program that
 * computes with a version number, instead of passing it on, gets a wrong result.
 */
export type Values = ReadonlyMap<string, string>;

/** Sixteen digits, below JavaScript's largest safe integer: no program has such a number of its own. */
const FIRST_REVISION = 7_000_000_000_000_000;
const REVISIONS = 2 ** 40;
const PLACEHOLDER = /7\d{15}|[0-9a-f]{64}/g;

/** @param resource such as `function/NAME` */
export function revisionPlaceholder(resource: string): number {
  return FIRST_REVISION + (Number.parseInt(hash("sha256", resource).slice(0, 12), 16) % REVISIONS);
}

/** @param content such as `code of function/NAME` */
export function digestPlaceholder(content: string): string {
  return hash("sha256", `placeholder for the digest of ${content}`);
}

/** The value with each placeholder replaced by what it stands for; the same object where there is none. */
export function fillIn<T>(value: T, values: Values): T {
  return filled(value, values) as T; // Only texts and numbers change, to texts and numbers.
}

function filled(value: unknown, values: Values): unknown {
  if (typeof value === "string") return value.replaceAll(PLACEHOLDER, (found) => values.get(found) ?? found);
  if (typeof value === "number") {
    const known = value < FIRST_REVISION ? undefined : values.get(String(value));
    return known === undefined ? value : Number(known);
  }
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const members: unknown[] = value.map((member) => filled(member, values));
    return members.some((member, index) => member !== value[index]) ? members : value;
  }
  const entries = Object.entries(value).map(([key, member]) => [String(filled(key, values)), filled(member, values)] as const);
  const changed = entries.some(([key, member]) => !Object.hasOwn(value, key) || member !== (value as Record<string, unknown>)[key]);
  return changed ? Object.fromEntries(entries) : value;
}
