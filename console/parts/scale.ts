import type { ExecutionView, Operation } from "../../operator/page/execution-api.ts";

/** The time axis of a timeline. */
export interface Scale {
  readonly from: number;
  readonly to: number;
}

/** What is still to come is shown to scale only while it does not squash what has been. */
const FUTURE_SHARE = 3;
const SHORTEST_MS = 10;

export function scaleOf({ startedAt, endedAt, operations }: Pick<ExecutionView, "startedAt" | "endedAt" | "operations">, now: number): Scale {
  if (endedAt !== undefined) {
    const last = Math.max(endedAt, ...operations.map((operation) => operation.endedAt ?? 0));
    return { from: startedAt, to: Math.max(last, startedAt + SHORTEST_MS) };
  }
  const latest = now + Math.max(FUTURE_SHARE * (now - startedAt), 5_000);
  const dues = operations.map(({ dueAt = 0 }) => dueAt).filter((due) => due <= latest);
  return { from: startedAt, to: Math.max(now, ...dues, startedAt + SHORTEST_MS) };
}

/** Where something is on the axis, in percent; at least wide enough to be seen. */
export function place({ from, to }: Scale, start: number, end: number): { left: string; width: string } {
  const share = (moment: number) => Math.min(1, Math.max(0, (moment - from) / (to - from))) * 100;
  return { left: `${share(start)}%`, width: `max(3px, ${share(end) - share(start)}%)` };
}

/** Operations in the order of a tree: each followed by what it contains. */
export function inTreeOrder(operations: readonly Operation[]): { readonly operation: Operation; readonly depth: number }[] {
  const known = new Set(operations.map(({ id }) => id));
  const children = new Map<string | undefined, Operation[]>();
  for (const operation of operations) {
    const parent = operation.parentId !== undefined && known.has(operation.parentId) ? operation.parentId : undefined;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [operation]);
    else siblings.push(operation);
  }
  const rows: { operation: Operation; depth: number }[] = [];
  const add = (parent: string | undefined, depth: number) => {
    for (const operation of children.get(parent) ?? []) {
      rows.push({ operation, depth });
      add(operation.id, depth + 1);
    }
  };
  add(undefined, 0);
  return rows;
}

/** Evenly spread marks of the axis: five at most. */
export function marks({ from, to }: Scale): number[] {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => share * (to - from));
}
