import { PolicyFault } from "./fault.ts";
import { isConditionKey, isMultivalued, type RequestContext } from "./request-context.ts";
import type { Pattern, Wildcard } from "./wildcards.ts";

/** A policy variable, such as `${aws:PrincipalTag/team, 'none'}`. */
interface Variable {
  readonly key: string;
  readonly default: string | undefined;
}

/** A text of a policy: literals, wildcards and variables. */
export type Template = readonly (string | Wildcard | Variable)[];

/** Determines which colons a wildcard crosses, by where it stands in the text. */
type WildcardAt = (text: string, at: number) => boolean;

const ARN_SEPARATORS = 5;

/** Text in which `*` and `?` are literals. */
export const NO_WILDCARDS = undefined;
/** StringLike: wildcards stand for any characters. */
export const STRING_WILDCARDS: WildcardAt = () => true;
/** ArnLike: each of an ARN's six components is compared by itself (IAM User Guide, condition operators). */
export const ARN_WILDCARDS: WildcardAt = (text, at) => separatorsBefore(text, at) >= ARN_SEPARATORS;
/** Resource: a wildcard stays within its component, but for `*` at the end of one (IAM User Guide, Resource element). */
export const RESOURCE_WILDCARDS: WildcardAt = (text, at) => ARN_WILDCARDS(text, at) || (text[at] === "*" && (at === text.length - 1 || text[at + 1] === ":"));

/** Reads a text of a policy. Policies of a version before 2012-10-17 have no variables. */
export function template(text: string, wildcards: WildcardAt | undefined, hasVariables: boolean): Template {
  const parts: (string | Wildcard | Variable)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (hasVariables && text.startsWith("${", at)) {
      const end = text.indexOf("}", at);
      if (end < 0) throw new PolicyFault(`"${text.slice(at)}" is a policy variable without "}"`);
      parts.push(variable(text.slice(at + 2, end)));
      at = end;
    } else if (wildcards !== undefined && (character === "*" || character === "?")) {
      parts.push({ repeats: character === "*", crossesColon: wildcards(text, at) });
    } else {
      parts.push(character);
    }
  }
  return parts;
}

/** The pattern with the request's values for its variables; undefined if one has neither a single value nor a default. */
export function resolve(parts: Template, context: RequestContext): Pattern | undefined {
  const pattern: (string | Wildcard)[] = [];
  for (const part of parts) {
    const resolved = isVariable(part) ? valueOf(part, context) : part;
    if (resolved === undefined) return undefined;
    const last = pattern.at(-1);
    if (typeof resolved === "string" && typeof last === "string") pattern[pattern.length - 1] = last + resolved;
    else pattern.push(resolved);
  }
  return pattern;
}

export function isVariable(part: Template[number]): part is Variable {
  return typeof part === "object" && "key" in part;
}

/** Number of colons that separate components of an ARN; those of a variable's name do not. */
export function separatorsBefore(text: string, at: number): number {
  return text.slice(0, at).replace(/\$\{[^}]*\}?/g, "").split(":").length - 1;
}

function variable(content: string): string | Variable {
  if (content === "*" || content === "?" || content === "$") return content;
  const [, key = "", , fallback] = /^([^,]*)(, ?'([^']*)')?$/.exec(content) ?? [];
  if (!isConditionKey(key)) throw new PolicyFault(`unknown policy variable "\${${content}}"`);
  if (isMultivalued(key)) throw new PolicyFault(`"${key}" can have several values and cannot be a policy variable`);
  return { key: key.toLowerCase(), default: fallback };
}

/** An empty text is no value, as for the Null operator. */
function valueOf(part: Variable, context: RequestContext): string | undefined {
  const [value, ...more] = context.get(part.key) ?? [];
  return value === undefined || value === "" || more.length > 0 ? part.default : value;
}
