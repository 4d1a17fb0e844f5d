import { areEqual, compareValues, invalid, sizeOf, typeOf, type AttributeValue, type Item } from "../attribute-value.ts";
import { valueAt } from "./path.ts";
import type { Tokens } from "./tokens.ts";

export type Condition = (item: Item) => boolean;
interface Operand {
  /** Two operands of one text are the same. */
  readonly text: string;
  readonly literal?: AttributeValue;
  valueIn(item: Item): AttributeValue | undefined;
}
const SIZED = ["S", "B", "SS", "NS", "BS", "L", "M"];
const TYPES = [...SIZED, "N", "BOOL", "NULL"];

/** Reads a whole condition or filter expression (Developer Guide, "Condition and filter expressions, operators, and functions"). */
export function parseCondition(tokens: Tokens): Condition {
  const condition = alternatives(tokens);
  tokens.end();
  return condition;
}

function alternatives(tokens: Tokens): Condition {
  const conditions = [conjunction(tokens)];
  while (tokens.accept("OR")) conditions.push(conjunction(tokens));
  return (item) => conditions.some((holds) => holds(item));
}

function conjunction(tokens: Tokens): Condition {
  const conditions = [negation(tokens)];
  while (tokens.accept("AND")) conditions.push(negation(tokens));
  return (item) => conditions.every((holds) => holds(item));
}

function negation(tokens: Tokens): Condition {
  if (!tokens.accept("NOT")) return single(tokens);
  const condition = negation(tokens);
  return (item) => !condition(item);
}

function single(tokens: Tokens): Condition {
  if (tokens.accept("(")) {
    const condition = alternatives(tokens);
    tokens.expect(")");
    return condition;
  }
  if (tokens.peek(1) === "(" && tokens.peek() !== "size") return functionCall(tokens);
  return comparison(operand(tokens), tokens);
}

function comparison(left: Operand, tokens: Tokens): Condition {
  if (tokens.accept("BETWEEN")) {
    const low = operand(tokens);
    tokens.expect("AND");
    const high = operand(tokens);
    requireBounds(tokens, low.literal, high.literal);
    return (item) => (compareValues(left.valueIn(item), low.valueIn(item)) ?? -1) >= 0 && (compareValues(left.valueIn(item), high.valueIn(item)) ?? 1) <= 0;
  }
  if (tokens.accept("IN")) {
    tokens.expect("(");
    const members = tokens.list(() => operand(tokens));
    tokens.expect(")");
    return (item) => members.some((member) => areEqual(left.valueIn(item), member.valueIn(item)));
  }
  const mark = tokens.take();
  const right = operand(tokens);
  if (left.literal === undefined && left.text === right.text) {
    throw invalid(`Invalid ${tokens.kind}: The first operand must be distinct from the remaining operands for this operator or function; operator: ${mark}, first operand: ${left.text}`);
  }
  if (mark === "=") return (item) => areEqual(left.valueIn(item), right.valueIn(item));
  if (mark === "<>") return (item) => !areEqual(left.valueIn(item), right.valueIn(item));
  const holds = ORDERS[mark];
  if (holds === undefined) throw tokens.fault(mark);
  return (item) => {
    const order = compareValues(left.valueIn(item), right.valueIn(item));
    return order !== undefined && holds(order);
  };
}

const ORDERS: Readonly<Record<string, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function operand(tokens: Tokens): Operand {
  if (tokens.peek()?.startsWith(":") === true) {
    const text = tokens.peek() ?? "";
    const literal = tokens.value();
    return { text, literal, valueIn: () => literal };
  }
  if (tokens.peek(1) !== "(") {
    const path = tokens.path();
    return { text: JSON.stringify(path), valueIn: (item) => valueAt(item, path) };
  }
  const name = tokens.take();
  if (name !== "size") throw invalid(`Invalid ${tokens.kind}: The function is not allowed to be used this way in an expression; function: ${name}`);
  const [measured] = operands(tokens, 1);
  tokens.requireType("size", measured?.literal, SIZED);
  return {
    text: `size ${measured?.text ?? ""}`,
    valueIn(item) {
      const value = measured?.valueIn(item);
      const size = value && sizeOf(value);
      return size === undefined ? undefined : { N: String(size) };
    },
  };
}

function functionCall(tokens: Tokens): Condition {
  const name = tokens.take();
  const test = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (test === undefined) throw invalid(`Invalid ${tokens.kind}: Invalid function name; function: ${name}`);
  const [first, second] = operands(tokens, name.startsWith("attribute_") && name !== "attribute_type" ? 1 : 2);
  if (first?.literal !== undefined && name !== "contains" && name !== "begins_with") throw invalid(`Invalid ${tokens.kind}: Operator or function requires a document path; operator or function: ${name}`);
  if (name === "begins_with") tokens.requireType(name, second?.literal, ["S", "B"]);
  if (name === "attribute_type") requireTypeName(tokens, second?.literal);
  if (first !== undefined && first.literal === undefined && first.text === second?.text) {
    throw invalid(`Invalid ${tokens.kind}: The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${first.text}`);
  }
  return (item) => test(first?.valueIn(item), second?.valueIn(item));
}

/** @throws AwsError ValidationException for bounds that nothing can be between */
export function requireBounds(tokens: Tokens, low: AttributeValue | undefined, high: AttributeValue | undefined): void {
  if (low === undefined || high === undefined) return;
  if (typeOf(low) !== typeOf(high)) throw invalid(`Invalid ${tokens.kind}: The BETWEEN operator requires same data type for lower and upper bounds`);
  if ((compareValues(low, high) ?? 0) > 0) throw invalid(`Invalid ${tokens.kind}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound`);
}

function requireTypeName(tokens: Tokens, literal: AttributeValue | undefined): void {
  tokens.requireType("attribute_type", literal, ["S"]);
  if (literal === undefined || TYPES.includes(String(literal.S))) return;
  throw invalid(`Invalid ${tokens.kind}: Invalid attribute type name found; type: ${String(literal.S)}, valid types: {${TYPES.join(",")}}`);
}

function operands(tokens: Tokens, count: number): Operand[] {
  tokens.expect("(");
  const found = tokens.list(() => operand(tokens));
  tokens.expect(")");
  if (found.length !== count) throw invalid(`Invalid ${tokens.kind}: Incorrect number of operands for operator or function; number of operands: ${found.length}`);
  return found;
}

const FUNCTIONS: Readonly<Record<string, (value?: AttributeValue, other?: AttributeValue) => boolean>> = {
  attribute_exists: (value) => value !== undefined,
  attribute_not_exists: (value) => value === undefined,
  attribute_type: (value, type) => value !== undefined && typeOf(value) === type?.S,
  begins_with: (value, start) => startsWith(value, start),
  contains(value, part) {
    if (typeof value?.S === "string" && typeof part?.S === "string") return value.S.includes(part.S);
    if (typeof value?.B === "string" && typeof part?.B === "string") return Buffer.from(value.B, "base64").includes(Buffer.from(part.B, "base64"));
    if (Array.isArray(value?.L)) return (value.L as AttributeValue[]).some((member) => areEqual(member, part));
    const members = value && part && value[`${typeOf(part)}S`];
    return Array.isArray(members) && members.includes(part?.[typeOf(part)]);
  },
};

export function startsWith(value: AttributeValue | undefined, start: AttributeValue | undefined): boolean {
  if (typeof value?.S === "string" && typeof start?.S === "string") return value.S.startsWith(start.S);
  if (typeof value?.B !== "string" || typeof start?.B !== "string") return false;
  const [bytes, first] = [Buffer.from(value.B, "base64"), Buffer.from(start.B, "base64")];
  return bytes.subarray(0, first.length).equals(first);
}
