import { invalid, isObject, readValue, typeOf, type AttributeValue } from "../attribute-value.ts";
import type { Path } from "./path.ts";
import { RESERVED_WORDS } from "./reserved-words.ts";

const TOKEN = /\s*(#\w+|:\w+|[A-Za-z_]\w*|\d+|<>|<=|>=|[=<>()[\],.+-])\s*/y;

/** The names and values that the expressions of one request stand for. Each one must be used. */
export class Placeholders {
  readonly #names: Readonly<Record<string, unknown>>;
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #used = new Set<string>();

  constructor(names: unknown, values: unknown) {
    this.#names = isObject(names) ? names : {};
    this.#values = isObject(values) ? values : {};
  }

  name(token: string, kind: string): string {
    const name = Object.hasOwn(this.#names, token) ? this.#names[token] : undefined;
    if (typeof name !== "string") throw invalid(`Invalid ${kind}: An expression attribute name used in the document path is not defined; attribute name: ${token}`);
    this.#used.add(token);
    return name;
  }

  value(token: string, kind: string): AttributeValue {
    if (!Object.hasOwn(this.#values, token)) throw invalid(`Invalid ${kind}: An expression attribute value used in expression is not defined; attribute value: ${token}`);
    this.#used.add(token);
    return readValue(this.#values[token]);
  }

  /** @throws AwsError ValidationException for placeholders that no expression uses */
  requireUsed(): void {
    for (const [member, given] of [["ExpressionAttributeNames", this.#names], ["ExpressionAttributeValues", this.#values]] as const) {
      const unused = Object.keys(given).filter((token) => !this.#used.has(token));
      if (unused.length > 0) throw invalid(`Value provided in ${member} unused in expressions: keys: {${unused.join(", ")}}`);
    }
  }
}

/** An expression's tokens, read one after the other. */
export class Tokens {
  /** Name of the expression's member, such as `ConditionExpression`. */
  readonly kind: string;
  readonly placeholders: Placeholders;
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(kind: string, text: string, placeholders: Placeholders) {
    this.kind = kind;
    this.placeholders = placeholders;
    if (text.trim() === "") throw invalid(`Invalid ${kind}: The expression can not be empty;`);
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const at = TOKEN.lastIndex;
      const token = TOKEN.exec(text)?.[1];
      if (token === undefined) throw this.fault(text.slice(at, at + 10).trim());
      this.#tokens.push(token);
    }
  }

  peek(ahead = 0): string | undefined {
    return this.#tokens[this.#next + ahead];
  }

  take(): string {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw this.fault("<EOF>");
    return token;
  }

  /** Takes a mark or, in any case, a keyword if it comes next. */
  accept(token: string): boolean {
    if (this.peek()?.toUpperCase() !== token) return false;
    this.#next++;
    return true;
  }

  expect(token: string): void {
    if (!this.accept(token)) throw this.fault(this.peek() ?? "<EOF>");
  }

  end(): void {
    const rest = this.peek();
    if (rest !== undefined) throw this.fault(rest);
  }

  value(): AttributeValue {
    const token = this.take();
    if (!token.startsWith(":")) throw this.fault(token);
    return this.placeholders.value(token, this.kind);
  }

  path(): Path {
    const path: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.accept(".")) path.push(this.#name());
      else if (this.accept("[")) {
        const index = this.take();
        if (!/^\d+$/.test(index)) throw this.fault(index);
        path.push(Number(index));
        this.expect("]");
      } else return path;
    }
  }

  /** Reads one, and each that follows after a comma. */
  list<Member>(read: () => Member): Member[] {
    const members = [read()];
    while (this.accept(",")) members.push(read());
    return members;
  }

  /**
   * Checks what a literal may be; of a path the type is not known until it is evaluated.
   *
   * @throws AwsError ValidationException
   */
  requireType(operator: string, literal: AttributeValue | undefined, types: readonly string[]): void {
    if (literal === undefined || types.includes(typeOf(literal))) return;
    throw invalid(`Invalid ${this.kind}: Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeOf(literal)}`);
  }

  fault(token: string): Error {
    return invalid(`Invalid ${this.kind}: Syntax error; token: "${token}", near: "${this.#tokens.slice(Math.max(0, this.#next - 2), this.#next + 2).join(" ")}"`);
  }

  #name(): string {
    const token = this.take();
    if (token.startsWith("#")) return this.placeholders.name(token, this.kind);
    if (!/^[A-Za-z]/.test(token)) throw this.fault(token);
    if (RESERVED_WORDS.has(token.toUpperCase())) throw invalid(`Invalid ${this.kind}: Attribute name is a reserved keyword; reserved keyword: ${token}`);
    return token;
  }
}
