import { addNumbers, compareNumbers } from "../decimal.ts";
import { invalid, typeOf, type AttributeValue, type Item } from "../attribute-value.ts";
import { requireApart, valueAt, withValue, type Path } from "./path.ts";
import type { Tokens } from "./tokens.ts";

export interface Update {
  readonly paths: readonly Path[];
  /** Every action reads the item as it was. */
  apply(item: Item): Item;
}

interface Action {
  readonly path: Path;
  /** The new value at the path; `undefined` removes what is there. */
  next(item: Item): AttributeValue | undefined;
}
interface Operand {
  readonly literal?: AttributeValue;
  readonly valueIn: (item: Item) => AttributeValue;
}

/** Reads a whole update expression (Developer Guide, "Using update expressions"). */
export function parseUpdate(tokens: Tokens): Update {
  const actions: Action[] = [];
  const seen = new Set<string>();
  while (tokens.peek() !== undefined) {
    const clause = tokens.take().toUpperCase();
    const read = CLAUSES[clause];
    if (read === undefined) throw tokens.fault(clause);
    if (seen.has(clause)) throw invalid(`Invalid UpdateExpression: The "${clause}" section can only be used once in an update expression;`);
    seen.add(clause);
    actions.push(...tokens.list(() => read(tokens)));
  }
  const paths = actions.map(({ path }) => path);
  requireApart(paths, "UpdateExpression");
  return {
    paths,
    apply(item) {
      const changes = actions.map((action) => ({ path: action.path, next: action.next(item) }));
      // Members of a list are removed from its end, so that no removal moves another.
      const order = changes.toSorted((a, b) => Number(a.next === undefined) - Number(b.next === undefined) || Number(b.path.at(-1)) - Number(a.path.at(-1)) || 0);
      return order.reduce((changed, { path, next }) => withValue(changed, path, next), item);
    },
  };
}

const CLAUSES: Readonly<Record<string, (tokens: Tokens) => Action>> = {
  SET(tokens) {
    const path = tokens.path();
    tokens.expect("=");
    return { path, next: sum(tokens).valueIn };
  },
  REMOVE: (tokens) => ({ path: tokens.path(), next: () => undefined }),
  ADD(tokens) {
    const path = tokens.path();
    const value = tokens.value();
    const type = requireType("ADD", value, ["N", "SS", "NS", "BS"]);
    return {
      path,
      next(item) {
        const old = valueAt(item, path);
        if (old === undefined) return value;
        if (typeOf(old) !== type) throw invalid("An operand in the update expression has an incorrect data type");
        if (type === "N") return { N: addNumbers(String(old.N), String(value.N)) };
        return setOf(type, [...members(old), ...members(value)]);
      },
    };
  },
  DELETE(tokens) {
    const path = tokens.path();
    const value = tokens.value();
    const type = requireType("DELETE", value, ["SS", "NS", "BS"]);
    return {
      path,
      next(item) {
        const old = valueAt(item, path);
        if (old === undefined) return undefined;
        if (typeOf(old) !== type) throw invalid("An operand in the update expression has an incorrect data type");
        const left = members(old).filter((member) => !members(value).includes(member));
        return left.length === 0 ? undefined : setOf(type, left);
      },
    };
  },
};

function sum(tokens: Tokens): Operand {
  const left = operand(tokens);
  const sign = tokens.accept("+") ? 1 : tokens.accept("-") ? -1 : 0;
  if (sign === 0) return left;
  const right = operand(tokens);
  for (const { literal } of [left, right]) tokens.requireType(sign === 1 ? "+" : "-", literal, ["N"]);
  return {
    valueIn(item) {
      const [one, other] = [left.valueIn(item).N, right.valueIn(item).N];
      if (typeof one !== "string" || typeof other !== "string") throw invalid("An operand in the update expression has an incorrect data type");
      return { N: addNumbers(one, other, sign) };
    },
  };
}

function operand(tokens: Tokens): Operand {
  if (tokens.peek()?.startsWith(":") === true) {
    const literal = tokens.value();
    return { literal, valueIn: () => literal };
  }
  if (tokens.accept("(")) {
    const inner = sum(tokens);
    tokens.expect(")");
    return inner;
  }
  if (tokens.peek(1) !== "(") {
    const path = tokens.path();
    return {
      valueIn(item) {
        const value = valueAt(item, path);
        if (value === undefined) throw invalid("The provided expression refers to an attribute that does not exist in the item");
        return value;
      },
    };
  }
  const name = tokens.take();
  tokens.expect("(");
  if (name === "if_not_exists") {
    const path = tokens.path();
    tokens.expect(",");
    const other = operand(tokens);
    tokens.expect(")");
    return { valueIn: (item) => valueAt(item, path) ?? other.valueIn(item) };
  }
  if (name !== "list_append") throw invalid(`Invalid UpdateExpression: Invalid function name; function: ${name}`);
  const [first, second, ...more] = tokens.list(() => operand(tokens));
  tokens.expect(")");
  if (first === undefined || second === undefined || more.length > 0) throw invalid("Invalid UpdateExpression: Incorrect number of operands for operator or function; operator or function: list_append");
  for (const { literal } of [first, second]) tokens.requireType("list_append", literal, ["L"]);
  return {
    valueIn(item) {
      const lists = [first.valueIn(item).L, second.valueIn(item).L];
      if (!lists.every(Array.isArray)) throw invalid("An operand in the update expression has an incorrect data type");
      return { L: lists.flat() };
    },
  };
}

function requireType(clause: string, value: AttributeValue, types: readonly string[]): string {
  const type = typeOf(value);
  if (!types.includes(type)) throw invalid(`Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ${clause}, operand type: ${type}`);
  return type;
}

function members(set: AttributeValue): string[] {
  return set[typeOf(set)] as string[]; // Of a set, by its type.
}

function setOf(type: string, all: readonly string[]): AttributeValue {
  const unique = [...new Set(all)];
  return { [type]: type === "NS" ? unique.sort(compareNumbers) : unique.sort() };
}
