import { BlockList, isIP } from "node:net";

/** Tells whether an event, in the envelope that targets receive, matches. */
export type EventMatcher = (event: unknown) => boolean;

type Test = (value: unknown) => boolean;

/**
 * Compiles an EventBridge event pattern: fields named by the pattern must match, others do not matter; a field's filters
 * are alternatives; an array in the event matches when one of its elements does.
 *
 * @throws SyntaxError naming the path and what is wrong there, as EventBridge refuses such a rule
 */
export function compilePattern(pattern: Readonly<Record<string, unknown>>): EventMatcher {
  return fields(pattern, "");
}

function fields(pattern: Readonly<Record<string, unknown>>, path: string): Test {
  if (Object.keys(pattern).length === 0) throw fault(path, "an empty pattern matches nothing");
  const tests = Object.entries(pattern).map(([key, value]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (key === "$or" && Array.isArray(value)) return alternatives(value, at);
    const test = field(value, at);
    return (event: unknown) => test(isObject(event) ? event[key] : undefined);
  });
  return (event) => tests.every((test) => test(event));
}

function alternatives(patterns: readonly unknown[], path: string): Test {
  if (patterns.length < 2 || !patterns.every(isObject)) throw fault(path, "needs two patterns or more");
  const tests = patterns.map((pattern) => fields(pattern, path));
  return (event) => tests.some((test) => test(event));
}

function field(value: unknown, path: string): Test {
  if (isObject(value)) {
    const nested = fields(value, path);
    // All fields of a nested pattern must match within the same element.
    return (event) => (Array.isArray(event) ? elements(event).some(nested) : nested(event));
  }
  if (!Array.isArray(value) || value.length === 0) throw fault(path, "a value must be an object or an array that is not empty");
  const filters = value.map((filter: unknown) => leaf(filter, path));
  return (event) => filters.some((filter) => filter(event));
}

/** A filter sees the whole field, because `exists` asks about that; the others ask about its elements. */
function leaf(filter: unknown, path: string): Test {
  if (!isObject(filter)) return anyElement(equals(filter, path));
  const [entry, ...more] = Object.entries(filter);
  if (entry === undefined || more.length > 0) throw fault(path, "a filter has exactly one operator");
  const [operator, operand] = entry;
  if (operator === "exists") {
    if (typeof operand !== "boolean") throw fault(path, "exists takes true or false");
    return (event) => isLeaf(event) === operand;
  }
  if (operator === "anything-but") {
    const test = excluded(operand, path);
    return anyElement((value) => !test(value));
  }
  if (operator === "numeric") return anyElement(numeric(operand, path));
  if (operator === "cidr") return anyElement(cidr(operand, path));
  return anyElement(text(operator, operand, path));
}

function excluded(operand: unknown, path: string): Test {
  if (isObject(operand)) {
    const [entry, ...more] = Object.entries(operand);
    if (entry === undefined || more.length > 0) throw fault(path, "anything-but takes exactly one operator");
    const [operator, words] = entry;
    return oneOf(list(words).map((word) => text(operator, word, path)));
  }
  return oneOf(list(operand).map((value) => equals(value, path)));
}

function equals(expected: unknown, path: string): Test {
  if (isObject(expected) || Array.isArray(expected)) throw fault(path, "a value must be a string, a number, a boolean or null");
  return (value) => value === expected;
}

function text(operator: string, operand: unknown, path: string): Test {
  const ignoresCase = (operator === "prefix" || operator === "suffix") && isObject(operand);
  const word = ignoresCase ? operand["equals-ignore-case"] : operand;
  if (typeof word !== "string") throw fault(path, `${operator} takes a string`);
  const test = textTest(operator, ignoresCase ? word.toLowerCase() : word, path);
  return (value) => typeof value === "string" && test(ignoresCase ? value.toLowerCase() : value);
}

function textTest(operator: string, word: string, path: string): (value: string) => boolean {
  switch (operator) {
    case "prefix":
      return (value) => value.startsWith(word);
    case "suffix":
      return (value) => value.endsWith(word);
    case "equals-ignore-case":
      return (value) => value.toLowerCase() === word.toLowerCase();
    case "wildcard":
      return wildcard(word, path);
    default:
      throw fault(path, `unknown operator ${operator}`);
  }
}

/** `*` stands for any characters; `\*` and `\\` for themselves. */
function wildcard(word: string, path: string): (value: string) => boolean {
  const tokens = word.match(/\\[*\\]|[^\\]/gs) ?? [];
  if (tokens.join("") !== word) throw fault(path, "a backslash in a wildcard escapes * or \\ only");
  if (/(^|[^\\])(\\\\)*\*\*/.test(word)) throw fault(path, "a wildcard may not have ** in it");
  const source = tokens.map((token) => (token === "*" ? ".*" : (token.at(-1) ?? "").replace(/[\\^$.*+?()[\]{}|]/, "\\$&"))).join("");
  const expression = new RegExp(`^${source}$`, "s");
  return (value) => expression.test(value);
}

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  "=": (value, limit) => value === limit,
  "<": (value, limit) => value < limit,
  "<=": (value, limit) => value <= limit,
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
};

function numeric(operand: unknown, path: string): Test {
  const words = list(operand);
  if (words.length !== 2 && words.length !== 4) throw fault(path, "numeric takes one or two comparisons");
  const tests: ((value: number) => boolean)[] = [];
  for (let index = 0; index < words.length; index += 2) {
    const compare = COMPARISONS[String(words[index])];
    const limit = words[index + 1];
    if (compare === undefined || typeof limit !== "number") throw fault(path, "numeric takes pairs of a comparison and a number");
    tests.push((value) => compare(value, limit));
  }
  return (value) => typeof value === "number" && tests.every((test) => test(value));
}

function cidr(operand: unknown, path: string): Test {
  const [network = "", prefix = ""] = typeof operand === "string" ? operand.split("/") : [];
  const family = isIP(network);
  const bits = Number(prefix);
  if (family === 0 || !/^\d+$/.test(prefix) || bits > (family === 4 ? 32 : 128)) throw fault(path, "cidr takes a block such as 10.0.0.0/24");
  const block = new BlockList();
  block.addSubnet(network, bits, family === 4 ? "ipv4" : "ipv6");
  return (value) => typeof value === "string" && isIP(value) === family && block.check(value, family === 4 ? "ipv4" : "ipv6");
}

function anyElement(test: Test): Test {
  return (event) => elements(event).some((value) => isLeaf(value) && test(value));
}

function oneOf(tests: readonly Test[]): Test {
  return (value) => tests.some((test) => test(value));
}

function elements(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]).flat(Infinity) : [value];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Filters see leaves only: an object in the event is not a value, and neither is what is missing. */
function isLeaf(value: unknown): boolean {
  return value !== undefined && !isObject(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fault(path: string, what: string): SyntaxError {
  return new SyntaxError(`Event pattern is not valid. Reason: ${what} (at ${path === "" ? "the top" : path})`);
}
