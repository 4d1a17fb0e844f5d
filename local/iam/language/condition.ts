import { arnLike, binaryEquals, bool, date, ipAddress, numeric, type PolicyValue, type ReadValue, stringEquals, stringEqualsIgnoreCase, stringLike } from "./comparisons.ts";
import { PolicyFault } from "./fault.ts";
import { isConditionKey, isMultivalued, type RequestContext } from "./request-context.ts";

/** Whether a condition of a statement holds for a request. */
export type Condition = (context: RequestContext) => boolean;

interface Operator {
  readonly read: ReadValue;
  readonly negated?: boolean;
}

const equal = (value: number, expected: number) => value === expected;
const less = (value: number, expected: number) => value < expected;
const atMost = (value: number, expected: number) => value <= expected;
const greater = (value: number, expected: number) => value > expected;
const atLeast = (value: number, expected: number) => value >= expected;

/** IAM User Guide, "IAM JSON policy elements: Condition operators". */
const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["StringEquals", { read: stringEquals }],
  ["StringNotEquals", { read: stringEquals, negated: true }],
  ["StringEqualsIgnoreCase", { read: stringEqualsIgnoreCase }],
  ["StringNotEqualsIgnoreCase", { read: stringEqualsIgnoreCase, negated: true }],
  ["StringLike", { read: stringLike }],
  ["StringNotLike", { read: stringLike, negated: true }],
  ["NumericEquals", { read: numeric(equal) }],
  ["NumericNotEquals", { read: numeric(equal), negated: true }],
  ["NumericLessThan", { read: numeric(less) }],
  ["NumericLessThanEquals", { read: numeric(atMost) }],
  ["NumericGreaterThan", { read: numeric(greater) }],
  ["NumericGreaterThanEquals", { read: numeric(atLeast) }],
  ["DateEquals", { read: date(equal) }],
  ["DateNotEquals", { read: date(equal), negated: true }],
  ["DateLessThan", { read: date(less) }],
  ["DateLessThanEquals", { read: date(atMost) }],
  ["DateGreaterThan", { read: date(greater) }],
  ["DateGreaterThanEquals", { read: date(atLeast) }],
  ["Bool", { read: bool }],
  ["BinaryEquals", { read: binaryEquals }],
  ["IpAddress", { read: ipAddress }],
  ["NotIpAddress", { read: ipAddress, negated: true }],
  ["ArnEquals", { read: arnLike }],
  ["ArnLike", { read: arnLike }],
  ["ArnNotEquals", { read: arnLike, negated: true }],
  ["ArnNotLike", { read: arnLike, negated: true }],
]);

/** @throws PolicyFault for an operator, key or value that AWS refuses or does not document */
export function condition(operatorName: string, key: string, texts: readonly string[], hasVariables: boolean): Condition {
  if (!isConditionKey(key)) throw new PolicyFault(`"${key}" is not a condition key: it has the form prefix:name`);
  if (texts.length === 0) throw new PolicyFault(`"${key}" has no value`);
  if (operatorName === "Null") return nullCondition(key, texts);
  const [, qualifier, name = "", ifExists] = /^(?:(ForAllValues|ForAnyValue):)?(.*?)(IfExists)?$/.exec(operatorName) ?? [];
  const operator = OPERATORS.get(name);
  if (operator === undefined) throw new PolicyFault(`unknown condition operator "${operatorName}"`);
  // AWS documents no meaning for several values without a set qualifier.
  if (qualifier === undefined && isMultivalued(key)) {
    throw new PolicyFault(`"${key}" can have several values: put "ForAllValues:" or "ForAnyValue:" before ${operatorName}`);
  }
  const expected = texts.map((text) => operator.read(text, hasVariables));
  const negated = operator.negated ?? false;
  const contextKey = key.toLowerCase();
  return (context) => {
    const values = context.get(contextKey) ?? [];
    if (values.length === 0 && ifExists !== undefined) return true;
    // Set qualifiers take a key with only empty values for a missing one.
    if (qualifier !== undefined && isNull(values)) return qualifier === "ForAllValues";
    return holds(qualifier, negated, values, expected, context);
  };
}

function holds(qualifier: string | undefined, negated: boolean, values: readonly string[], expected: readonly PolicyValue[], context: RequestContext): boolean {
  const comparisons = expected.map((value) => value(context)).filter((comparison) => comparison !== undefined);
  // Nothing is unlike a value that is not known: AWS takes a statement with an unresolved variable for invalid.
  if (negated && comparisons.length < expected.length) return false;
  // Several values of the policy are alternatives; negated, none of them may match.
  const isMet = (value: string) => comparisons.some((matchesValue) => matchesValue(value)) !== negated;
  if (qualifier === "ForAnyValue") return values.some(isMet);
  if (qualifier === "ForAllValues") return values.every(isMet);
  return negated ? values.every(isMet) : values.some(isMet);
}

function nullCondition(key: string, texts: readonly string[]): Condition {
  const wanted = texts.map((text) => {
    if (!/^(true|false)$/i.test(text)) throw new PolicyFault(`"${text}" is neither "true" nor "false"`);
    return text.toLowerCase() === "true";
  });
  return (context) => wanted.includes(isNull(context.get(key.toLowerCase()) ?? []));
}

/** AWS takes an empty text for no value, where it asks whether there is one. */
function isNull(values: readonly string[]): boolean {
  return values.every((value) => value === "");
}
