import { invalid, isObject, type AttributeValue, type Item } from "../attribute-value.ts";

/** Names and indexes that lead from an item to a value. */
export type Path = readonly (string | number)[];

export function valueAt(item: Item, path: Path): AttributeValue | undefined {
  return path.reduce<AttributeValue | undefined>((value, step) => member(value, step), { M: item });
}

/** The item with a value at a path, or without the one that was there when `value` is absent. */
export function withValue(item: Item, path: Path, value: AttributeValue | undefined): Item {
  return change({ M: item }, path, value).M as Item; // What is changed in a map is a map.
}

/** Only what is at the paths, each value where it was. Lists keep the order of their members and close up. */
export function project(item: Item, paths: readonly Path[]): Item {
  return (pick({ M: item }, paths)?.M ?? {}) as Item;
}

/** @throws AwsError ValidationException when one path leads through the end of another */
export function requireApart(paths: readonly Path[], kind: string): void {
  for (const [index, one] of paths.entries()) {
    for (const other of paths.slice(index + 1)) {
      const shared = Math.min(one.length, other.length);
      if (one.slice(0, shared).every((step, at) => step === other[at])) {
        throw invalid(`Invalid ${kind}: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ${shown(one)}, path two: ${shown(other)}`);
      }
    }
  }
}

function member(value: AttributeValue | undefined, step: string | number): AttributeValue | undefined {
  if (typeof step === "number") return Array.isArray(value?.L) ? (value.L as AttributeValue[])[step] : undefined;
  return isObject(value?.M) && Object.hasOwn(value.M, step) ? (value.M[step] as AttributeValue) : undefined;
}

function change(outer: AttributeValue, [step, ...rest]: Path, value: AttributeValue | undefined): AttributeValue {
  const isMap = typeof step === "string" && isObject(outer.M);
  const isList = typeof step === "number" && Array.isArray(outer.L);
  if (step === undefined || (!isMap && !isList)) throw invalid("The document path provided in the update expression is invalid for update");
  let next = value;
  if (rest.length > 0) {
    const inner = member(outer, step);
    if (inner === undefined) throw invalid("The document path provided in the update expression is invalid for update");
    next = change(inner, rest, value);
  }
  if (isList) {
    const list = [...(outer.L as AttributeValue[])];
    if (next === undefined) list.splice(step, 1);
    // Beyond the end is at the end.
    else list[Math.min(step, list.length)] = next;
    return { L: list };
  }
  const others = Object.entries(outer.M as Item).filter(([name]) => name !== step);
  return { M: Object.fromEntries(next === undefined ? others : [...others, [step, next]]) };
}

function pick(value: AttributeValue, paths: readonly Path[]): AttributeValue | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  const picked = [...Map.groupBy(paths, ([step]) => step)].flatMap(([step, below]) => {
    const inner = step === undefined ? undefined : member(value, step);
    const kept = inner && pick(inner, below.map((path) => path.slice(1)));
    return kept === undefined || step === undefined ? [] : [[step, kept] as const];
  });
  if (picked.length === 0) return undefined;
  if (typeof picked[0]?.[0] === "number") return { L: picked.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, kept]) => kept) };
  return { M: Object.fromEntries(picked) };
}

function shown(path: Path): string {
  return `[${path.map((step) => (typeof step === "number" ? `[${step}]` : step)).join(", ")}]`;
}
