import assert from "node:assert/strict";
import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import type { Outside } from "./outside.ts";
import { type CrashPoint, OneCrash, OneOrder, type Plan, UNDISTURBED } from "./plan.ts";
import { type Finished, Run } from "./run.ts";
import { sequence, withSimulation } from "./simulated.ts";
import { difference, nonDeterminism, outcome } from "./verdict.ts";

/** Orders that are tried one by one; a workflow that has more is tried in as many random ones beside. */
const MOST_ORDERS = 40;
/** Runs with several crashes each. */
const STORMS = 10;
/** How many of the checkpoints and calls kill the process in such a run, from 0 to 1. */
const STORM_CRASHES = 0.2;

export interface Survived {
  readonly outcome: string;
  /** Runs with one crash. */
  readonly crashes: number;
  /** Orders of what runs at the same time. */
  readonly orders: number;
  /** Whether there are no other orders. */
  readonly everyOrder: boolean;
}

/**
 * Runs a workflow again and again: once undisturbed, once for each place where its process can die, and in the orders in which its parallel
 * branches and the events outside can come. Asserts that each run ends the same, with the same effects outside. No time passes.
 *
 * Places to die: before and after each update of each checkpoint, after each call of the world, and with each invocation's answer lost.
 * After a crash, whatever a handler reads of clock and randomness outside of steps is different.
 *
 * @param createHandler wraps the handler with `withDurableExecution` when it is called, as `createHandler` of each workflow does
 * @param createWorld builds what the handler calls, new for each run, and completes what it waits for; passed to `createHandler`
 * @throws AssertionError naming the operation that doesn't survive, and the crash
 */
export async function survivesEveryCrash<World>(
  createHandler: (world: World) => DurableLambdaHandler,
  input: unknown,
  createWorld: (outside: Outside) => World,
): Promise<Survived> {
  return withSimulation(async () => {
    const run = async (plan: Plan): Promise<Finished> => {
      try {
        return await new Run(createHandler, input, createWorld, plan).finish();
      } catch (error) {
        throw new assert.AssertionError({ message: `With ${plan.title}: ${(error as Error).message}` });
      }
    };
    const reference = await run(UNDISTURBED);
    assert.equal(nonDeterminism(reference), undefined);
    const compare = async (plan: Plan): Promise<Finished> => {
      const finished = await run(plan);
      const different = difference(finished, reference);
      if (different !== undefined) throw new assert.AssertionError({ message: `With ${plan.title}: ${different}` });
      return finished;
    };
    const points = crashPoints(reference);
    for (const [index, { point, title }] of points.entries()) await compare(new OneCrash(point, title, sequence(index + 1)));
    const { orders, everyOrder } = await tryOrders(compare);
    for (let storm = 1; storm <= STORMS; storm += 1) {
      const random = sequence(10_000 + storm);
      await compare(new OneOrder(`several crashes (seed ${storm})`, random, (_position, options) => Math.floor(random() * options), STORM_CRASHES));
    }
    return { outcome: outcome(reference), crashes: points.length, orders, everyOrder };
  });
}

function crashPoints({ checkpoints, calls, invocations }: Finished): { point: CrashPoint; title: string }[] {
  const inCheckpoints = checkpoints.flatMap((updates, index) =>
    Array.from({ length: updates.length + 1 }, (_, taken) => ({
      point: { kind: "checkpoint", number: index + 1, taken } as const,
      title: `a crash ${taken === 0 ? "before" : "after"} the checkpoint ${updates[Math.max(0, taken - 1)] ?? "without updates"}`,
    })),
  );
  const afterCalls = calls.map((call, index) => ({ point: { kind: "call", number: index + 1 } as const, title: `a crash after the call ${call}` }));
  const answers = Array.from({ length: invocations }, (_, index) => ({
    point: { kind: "answer", number: index + 1 } as const,
    title: `the answer of invocation ${index + 1} lost`,
  }));
  return [...inCheckpoints, ...afterCalls, ...answers];
}

/** Tries the orders one after the other, the last choice first; then random ones if there are too many. */
async function tryOrders(compare: (plan: Plan) => Promise<Finished>): Promise<{ orders: number; everyOrder: boolean }> {
  let first: number[] | undefined = [];
  let orders = 0;
  while (first !== undefined && orders < MOST_ORDERS) {
    const choices: readonly number[] = first;
    const order = new OneOrder(`each invocation replayed, order ${choices.join(" ") || "0"}`, sequence(orders + 1), (position) => choices[position] ?? 0);
    await compare(order);
    orders += 1;
    const last = order.made.findLastIndex(({ choice, options }) => choice + 1 < options);
    first = last === -1 ? undefined : [...order.made.slice(0, last).map(({ choice }) => choice), order.made[last]!.choice + 1];
  }
  if (first === undefined) return { orders, everyOrder: true };
  for (let seed = 1; seed <= MOST_ORDERS; seed += 1) {
    const random = sequence(seed);
    await compare(new OneOrder(`each invocation replayed, random order (seed ${seed})`, random, (_position, options) => Math.floor(random() * options)));
  }
  return { orders: 2 * MOST_ORDERS, everyOrder: false };
}
