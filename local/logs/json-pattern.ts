/** Whether a log event's message matches. */
export type MessageMatcher = (message: string) => boolean;
type Matcher = (event: unknown) => boolean;

/** What a pattern may not be, in words for its author. */
export class PatternFault extends Error {}

const TOKEN = /\s*(?:(?<mark>&&|\|\||!=|<=|>=|[=<>()])|(?<selector>\$(?:\.?\['[^']+'\]|\[\d+\]|\.[\w-]+)*)|"(?<quoted>(?:[^"\\]|\\.)*)"|(?<regex>%[^%]*%)|(?<word>[^\s()=<>!&|"%]+))\s*/y;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
type Token = Partial<Record<"mark" | "selector" | "quoted" | "regex" | "word", string>>;

/**
 * Reads a JSON filter pattern such as `{ ($.level = "ERROR") && ($.latency > 100) }` (CloudWatch Logs User Guide, "Filter pattern
 * syntax", JSON log events): comparisons of strings with `*` and of numbers, IS TRUE, IS FALSE, IS NULL, NOT EXISTS, `&&`, `||`.
 *
 * @throws PatternFault naming what is unknown
 */
export function parseJsonPattern(pattern: string): MessageMatcher {
  const tokens = tokensOf(pattern.slice(1, -1).trim());
  const matches = alternatives(tokens);
  const [rest] = tokens;
  if (rest !== undefined) throw new PatternFault(`unexpected ${shown(rest)}`);
  return (message) => {
    try {
      return matches(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new PatternFault(`unexpected ${text.slice(start).trim()}`);
    tokens.push({ ...match.groups });
  }
  return tokens;
}

function alternatives(tokens: Token[]): Matcher {
  const matchers = [conjunction(tokens)];
  while (take(tokens, "||")) matchers.push(conjunction(tokens));
  return (event) => matchers.some((matches) => matches(event));
}

function conjunction(tokens: Token[]): Matcher {
  const matchers = [condition(tokens)];
  while (take(tokens, "&&")) matchers.push(condition(tokens));
  return (event) => matchers.every((matches) => matches(event));
}

function condition(tokens: Token[]): Matcher {
  if (take(tokens, "(")) {
    const matches = alternatives(tokens);
    if (!take(tokens, ")")) throw new PatternFault("a parenthesis is not closed");
    return matches;
  }
  const { selector, ...other } = tokens.shift() ?? {};
  if (selector === undefined) throw new PatternFault(`a selector such as $.field is expected, not ${shown(other)}`);
  const steps = stepsOf(selector);
  const test = testOf(tokens);
  return (event) => test(steps.reduce(member, event));
}

/** A test of the value that a selector finds, `undefined` where there is none. */
function testOf(tokens: Token[]): Matcher {
  const operator = tokens.shift() ?? {};
  const operand = tokens.shift() ?? {};
  const words = `${operator.word ?? ""} ${operand.word ?? ""}`;
  const named = NAMED_TESTS[words];
  if (named !== undefined) return named;
  const compare = COMPARISONS[operator.mark ?? ""];
  if (compare === undefined) throw new PatternFault(`unknown operator ${shown(operator)} ${shown(operand)}`.trim());
  if (operand.regex !== undefined) throw new PatternFault(`regular expressions such as ${operand.regex} are not implemented`);
  const text = operand.quoted?.replace(/\\(.)/g, "$1") ?? operand.word;
  if (text === undefined) throw new PatternFault(`a value is expected after ${operator.mark}`);
  if (operand.quoted === undefined && NUMBER.test(text)) return (value) => typeof value === "number" && compare(value - Number(text));
  if (operator.mark !== "=" && operator.mark !== "!=") throw new PatternFault(`${operator.mark} compares numbers, not ${shown(operand)}`);
  const glob = new RegExp(`^${text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*")}$`, "s");
  // A selector of an object or array matches nothing.
  return (value) => ["string", "number", "boolean"].includes(typeof value) && compare(glob.test(String(value)) ? 0 : 1);
}

const NAMED_TESTS: Readonly<Record<string, Matcher>> = {
  "IS TRUE": (value) => value === true,
  "IS FALSE": (value) => value === false,
  "IS NULL": (value) => value === null,
  "NOT EXISTS": (value) => value === undefined,
};

/** By the sign of the difference. */
const COMPARISONS: Readonly<Record<string, (difference: number) => boolean>> = {
  "=": (difference) => difference === 0,
  "!=": (difference) => difference !== 0,
  "<": (difference) => difference < 0,
  "<=": (difference) => difference <= 0,
  ">": (difference) => difference > 0,
  ">=": (difference) => difference >= 0,
};

function stepsOf(selector: string): string[] {
  return [...selector.matchAll(/\['([^']+)'\]|\[(\d+)\]|\.([\w-]+)/g)].map(([, quoted, index, name]) => quoted ?? index ?? name ?? "");
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function take(tokens: Token[], mark: string): boolean {
  if (tokens[0]?.mark !== mark) return false;
  tokens.shift();
  return true;
}

function shown(token: Token): string {
  return Object.values<string | undefined>(token).find((text) => text !== undefined) ?? "the end";
}
