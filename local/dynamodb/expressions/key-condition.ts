import { compareValues, invalid, type AttributeValue } from "../attribute-value.ts";
import { requireBounds, startsWith } from "./condition.ts";
import type { Tokens } from "./tokens.ts";

export interface KeyCondition {
  readonly hash: AttributeValue;
  /** Whether a sort key is in the range that the query asks for. */
  readonly inRange: (value: AttributeValue | undefined) => boolean;
}

type Test = (value: AttributeValue | undefined) => boolean;

/** Reads a key condition: `hash = :value`, and at most one condition of the sort key (API reference, Query). */
export function parseKeyCondition(tokens: Tokens, key: { hashKey: string; rangeKey?: string }): KeyCondition {
  let hash: AttributeValue | undefined;
  let inRange: Test | undefined;
  do {
    const closing = tokens.accept("(");
    const { name, test, equals } = single(tokens);
    if (closing) tokens.expect(")");
    if (name === key.hashKey && equals !== undefined && hash === undefined) hash = equals;
    else if (name === key.rangeKey && inRange === undefined) inRange = test;
    else if (name === key.hashKey) throw invalid("Query key condition not supported");
    else throw invalid(`Query condition missed key schema element: ${hash === undefined ? key.hashKey : (key.rangeKey ?? key.hashKey)}`);
  } while (tokens.accept("AND"));
  tokens.end();
  if (hash === undefined) throw invalid(`Query condition missed key schema element: ${key.hashKey}`);
  return { hash, inRange: inRange ?? (() => true) };
}

function single(tokens: Tokens): { name: string; test: Test; equals?: AttributeValue } {
  if (tokens.peek() === "begins_with") {
    tokens.take();
    tokens.expect("(");
    const name = attribute(tokens);
    tokens.expect(",");
    const start = tokens.value();
    tokens.expect(")");
    return { name, test: (value) => startsWith(value, start) };
  }
  const name = attribute(tokens);
  if (tokens.accept("BETWEEN")) {
    const low = tokens.value();
    tokens.expect("AND");
    const high = tokens.value();
    requireBounds(tokens, low, high);
    return { name, test: (value) => (compareValues(value, low) ?? -1) >= 0 && (compareValues(value, high) ?? 1) <= 0 };
  }
  const mark = tokens.take();
  const holds = ORDERS[mark];
  if (holds === undefined) throw invalid("Query key condition not supported");
  const operand = tokens.value();
  const test: Test = (value) => {
    const order = compareValues(value, operand);
    return order !== undefined && holds(order);
  };
  return { name, test, ...(mark === "=" && { equals: operand }) };
}

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function attribute(tokens: Tokens): string {
  const [name, ...rest] = tokens.path();
  if (typeof name !== "string" || rest.length > 0) throw invalid(`Invalid ${tokens.kind}: KeyConditionExpressions cannot have conditions on nested attributes`);
  return name;
}
