import { BlockList, isIP } from "node:net";
import { PolicyFault } from "./fault.ts";
import type { RequestContext } from "./request-context.ts";
import { ARN_WILDCARDS, isVariable, NO_WILDCARDS, resolve, STRING_WILDCARDS, template } from "./template.ts";
import { matches, type Pattern } from "./wildcards.ts";

/** Compares a value of the request with one of the policy. */
type Comparison = (value: string) => boolean;

/** A value of the policy, once its variables are resolved; undefined if they cannot be. */
export type PolicyValue = (context: RequestContext) => Comparison | undefined;

/** Reads a value of the policy. */
export type ReadValue = (text: string, hasVariables: boolean) => PolicyValue;

export const stringEquals: ReadValue = (text, hasVariables) => ofText(text, hasVariables, (expected) => (value) => value === expected);

export const stringEqualsIgnoreCase: ReadValue = (text, hasVariables) => {
  return ofText(text, hasVariables, (expected) => (value) => value.toLowerCase() === expected.toLowerCase());
};

export const stringLike: ReadValue = (text, hasVariables) => ofPattern(template(text, STRING_WILDCARDS, hasVariables), (pattern) => (value) => matches(pattern, value));

/** ArnEquals and ArnLike behave identically. */
export const arnLike: ReadValue = (text, hasVariables) => {
  const parts = template(text, ARN_WILDCARDS, hasVariables);
  if (!parts.some(isVariable) && !isArn(text)) throw new PolicyFault(`"${text}" is not an ARN of six components`);
  return ofPattern(parts, (pattern) => (value) => isArn(value) && matches(pattern, value));
};

export const bool: ReadValue = (text, hasVariables) => {
  const isLiteral = !hasVariables || !text.includes("${");
  if (isLiteral && !/^(true|false)$/i.test(text)) throw new PolicyFault(`"${text}" is neither "true" nor "false"`);
  return stringEqualsIgnoreCase(text, hasVariables);
};

export const binaryEquals: ReadValue = (text) => {
  const expected = Buffer.from(text, "base64");
  if (expected.toString("base64") !== text) throw new PolicyFault(`"${text}" is not Base64`);
  return fixed((value) => Buffer.from(value, "base64").equals(expected));
};

/** Compares numbers. A value of the request that is none matches nothing. */
export function numeric(holds: (value: number, expected: number) => boolean): ReadValue {
  return (text) => {
    const expected = readNumber(text);
    if (expected === undefined) throw new PolicyFault(`"${text}" is not a number`);
    return fixed((value) => {
      const actual = readNumber(value);
      return actual !== undefined && holds(actual, expected);
    });
  };
}

/** Compares dates. A value of the request that is none matches nothing. */
export function date(holds: (value: number, expected: number) => boolean): ReadValue {
  return (text) => {
    const expected = readDate(text);
    if (expected === undefined) throw new PolicyFault(`"${text}" is neither a date in ISO 8601 nor in epoch seconds`);
    return fixed((value) => {
      const actual = readDate(value);
      return actual !== undefined && holds(actual, expected);
    });
  };
}

export const ipAddress: ReadValue = (text) => {
  const [address = "", prefix] = text.split("/");
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
  if (version === 0 || !(length <= bits) || text.split("/").length > 2) throw new PolicyFault(`"${text}" is neither an IP address nor a CIDR range`);
  const range = new BlockList();
  range.addSubnet(address, length, version === 6 ? "ipv6" : "ipv4");
  return fixed((value) => isIP(value) === version && range.check(value, version === 6 ? "ipv6" : "ipv4"));
};

function ofText(text: string, hasVariables: boolean, compare: (expected: string) => Comparison): PolicyValue {
  return ofPattern(template(text, NO_WILDCARDS, hasVariables), (pattern) => compare(pattern.map(String).join("")));
}

function ofPattern(parts: ReturnType<typeof template>, compare: (pattern: Pattern) => Comparison): PolicyValue {
  if (!parts.some(isVariable)) return fixed(compare(resolve(parts, new Map()) ?? []));
  return (context) => {
    const pattern = resolve(parts, context);
    return pattern && compare(pattern);
  };
}

function fixed(comparison: Comparison): PolicyValue {
  return () => comparison;
}

function isArn(text: string): boolean {
  return text.split(":").length >= 6;
}

function readNumber(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Milliseconds since the epoch, of a date in the W3C's profile of ISO 8601 or in seconds since the epoch. */
function readDate(text: string): number | undefined {
  if (/^\d{5,}$/.test(text)) return Number(text) * 1000;
  const time = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(time) ? undefined : time;
}
