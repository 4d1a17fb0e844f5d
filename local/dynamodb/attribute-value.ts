import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../errors.ts";
import { canonicalNumber, compareNumbers } from "./decimal.ts";

/** A value as DynamoDB's API writes it: its type and what it holds. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type Item = Readonly<Record<string, AttributeValue>>;

const DEEPEST = 32;

/**
 * Checks a value that a caller sent, and gives it the form in which it is kept: numbers in plain digits, sets in order.
 *
 * @throws AwsError SerializationException for another JSON type, ValidationException for what DynamoDB does not take
 */
export function readValue(value: unknown, depth = 0): AttributeValue {
  if (value === null) throw emptyValue();
  if (!isObject(value)) throw serialization("an attribute value is an object");
  const given = Object.entries(value).filter(([, member]) => member !== null);
  const [first, ...others] = given;
  if (first === undefined) throw emptyValue();
  if (others.length > 0) throw invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
  if (depth > DEEPEST) throw invalid("Nesting Levels have exceeded supported limits");
  const [type, content] = first;
  switch (type) {
    case "S":
      return { S: text(content) };
    case "N":
      return { N: canonicalNumber(text(content)) };
    case "B":
      return { B: binary(content) };
    case "BOOL":
      if (typeof content !== "boolean") throw serialization("BOOL is a boolean");
      return { BOOL: content };
    case "NULL":
      if (content !== true) throw invalid("One or more parameter values were invalid: Null attribute value types must have the value of true");
      return { NULL: true };
    case "SS":
      return { SS: set(content, text) };
    case "NS":
      return { NS: set(content, (member) => canonicalNumber(text(member))).sort(compareNumbers) };
    case "BS":
      return { BS: set(content, binary) };
    case "L":
      if (!Array.isArray(content)) throw serialization("L is a list");
      return { L: content.map((member) => readValue(member, depth + 1)) };
    case "M":
      return { M: readItem(content, depth + 1) };
    default:
      throw emptyValue();
  }
}

export function readItem(value: unknown, depth = 0): Item {
  if (!isObject(value)) throw serialization("a map of attribute values is an object");
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, readValue(member, depth)]));
}

export function typeOf(value: AttributeValue): string {
  return Object.keys(value)[0] ?? "";
}

/** Values are kept in one form, so equal ones are alike to the last member. */
export function areEqual(one: AttributeValue | undefined, other: AttributeValue | undefined): boolean {
  return one !== undefined && other !== undefined && isDeepStrictEqual(one, other);
}

/** The sign of the order of two values, where they are of one type that has an order. */
export function compareValues(one: AttributeValue | undefined, other: AttributeValue | undefined): number | undefined {
  if (one === undefined || other === undefined) return undefined;
  if (typeof one.N === "string" && typeof other.N === "string") return compareNumbers(one.N, other.N);
  if (typeof one.S === "string" && typeof other.S === "string") return Buffer.compare(Buffer.from(one.S), Buffer.from(other.S));
  if (typeof one.B === "string" && typeof other.B === "string") return Buffer.compare(Buffer.from(one.B, "base64"), Buffer.from(other.B, "base64"));
  return undefined;
}

/** Characters, bytes or members, as the function `size` counts them. */
export function sizeOf(value: AttributeValue): number | undefined {
  const [content] = Object.values(value);
  if (typeof value.S === "string") return value.S.length;
  if (typeof value.B === "string") return Buffer.byteLength(value.B, "base64");
  if (Array.isArray(content)) return content.length;
  return isObject(content) ? Object.keys(content).length : undefined;
}

/** Bytes that an item takes, by the rules of the Developer Guide ("Item sizes and formats") rounded up. */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);
}

function valueBytes(value: AttributeValue): number {
  if (typeof value.N === "string") return Math.ceil(value.N.length / 2) + 1;
  if (Array.isArray(value.L)) return 3 + (value.L as AttributeValue[]).reduce((sum, member) => sum + 1 + valueBytes(member), 0);
  if (isObject(value.M)) return 3 + itemBytes(value.M as Item) + Object.keys(value.M).length;
  if (Array.isArray(value.NS)) return (value.NS as string[]).reduce((sum, member) => sum + Math.ceil(member.length / 2) + 1, 0);
  const members = value.SS ?? value.BS;
  const encoding = typeOf(value).startsWith("B") ? "base64" : "utf8";
  if (Array.isArray(members)) return (members as string[]).reduce((sum, member) => sum + Buffer.byteLength(member, encoding), 0);
  const [content] = Object.values(value);
  return typeof content === "string" ? Buffer.byteLength(content, encoding) : 1;
}

function set(content: unknown, read: (member: unknown) => string): string[] {
  if (!Array.isArray(content)) throw serialization("a set is a list");
  const members = content.map(read);
  if (members.length === 0) throw invalid("One or more parameter values were invalid: A set may not be empty");
  if (new Set(members).size < members.length) throw invalid(`One or more parameter values were invalid: Input collection [${members.join(", ")}] contains duplicates.`);
  return members.sort();
}

function text(content: unknown): string {
  if (typeof content !== "string") throw serialization("S, N and B are strings");
  return content;
}

function binary(content: unknown): string {
  const encoded = text(content);
  const canonical = Buffer.from(encoded, "base64").toString("base64");
  if (canonical.replace(/=+$/, "") !== encoded.replace(/=+$/, "")) throw serialization("B is Base64");
  return canonical;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function emptyValue(): AwsError {
  return invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
}

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

function serialization(reason: string): AwsError {
  return new AwsError("SerializationException", `A value has another JSON type than the API's: ${reason}.`);
}
