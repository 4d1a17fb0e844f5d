import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";

/** The attempt at a step, or at a check of `waitForCondition`, that code runs in. */
export interface Attempt {
  /** Kind and name of the operation. */
  readonly operation: string;
  /** From 0 to 1. The same sequence whenever the attempt is repeated. */
  random(): number;
}

/** A process that runs a handler: what it reads outside of steps, and its timers. */
export interface SimulatedProcess {
  /** Milliseconds by which the clock differs from what another invocation would read here. */
  drift(): number;
  /** From 0 to 1. */
  random(): number;
  uuid(): string;
  setTimer(run: () => void, milliseconds: number): object;
  clearTimer(timer: object): void;
}

/** Where code of a simulated run executes: in a handler's process, in an attempt of it, or in the world outside. */
export interface Place {
  /** Simulated time in epoch milliseconds. */
  now(): number;
  readonly process?: SimulatedProcess;
  readonly attempt?: Attempt;
}

export const place = new AsyncLocalStorage<Place>();

/** Marks UUIDs that are drawn in steps. They differ whenever the step is repeated, so comparisons leave them out. */
const STEP_UUID = "5ca1ab1e-0000-4000-8000-";
let drawn = 0;

/** Replaces the UUIDs that were drawn in steps. */
export function withoutStepUuids(text: string): string {
  return text.replaceAll(new RegExp(`${STEP_UUID}[0-9a-f]{12}`, "g"), "(uuid)");
}

const RealDate = Date;

/** Simulated time at which each execution starts, in epoch milliseconds. */
export const START = RealDate.UTC(2026, 0, 1);

function now(): number {
  const here = place.getStore();
  if (here === undefined) return RealDate.now();
  return here.now() + (here.attempt === undefined ? (here.process?.drift() ?? 0) : 0);
}

class SimulatedDate extends RealDate {
  constructor(...values: readonly unknown[]) {
    // The signatures of Date are many, and all are passed on.
    super(...((values.length === 0 ? [now()] : values) as [number]));
  }

  static override now(): number {
    return now();
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof RealDate;
  }
}

/** Runs simulated executions: time, random values, timers and log output are the simulation's for code that runs in a {@link place}. */
export async function withSimulation<T>(run: () => Promise<T>): Promise<T> {
  const undo: (() => void)[] = [];
  const replace = (target: object, key: string, create: (original: (...values: unknown[]) => unknown) => unknown): void => {
    const original: unknown = Reflect.get(target, key);
    Reflect.set(target, key, create(original as never));
    undo.push(() => void Reflect.set(target, key, original));
  };
  replace(globalThis, "Date", () => SimulatedDate);
  replace(Math, "random", (original) => () => {
    const here = place.getStore();
    return (here?.attempt ?? here?.process)?.random() ?? original();
  });
  for (const owner of [crypto, globalThis.crypto]) {
    replace(owner, "randomUUID", (original) => (...values: unknown[]) => uuid() ?? original.apply(owner, values));
  }
  replace(globalThis, "setTimeout", (original) => (callback: (...values: unknown[]) => void, milliseconds?: number, ...values: unknown[]) => {
    const process = place.getStore()?.process;
    return process === undefined ? original(callback, milliseconds, ...values) : process.setTimer(AsyncResource.bind(() => callback(...values)), milliseconds ?? 0);
  });
  replace(globalThis, "clearTimeout", (original) => (timer: unknown) => {
    place.getStore()?.process?.clearTimer(timer as object);
    original(timer);
  });
  replace(timers, "setTimeout", (original) => (milliseconds: number, value: unknown, ...rest: unknown[]) => {
    const process = place.getStore()?.process;
    if (process === undefined) return original(milliseconds, value, ...rest);
    return new Promise((resolve) => void process.setTimer(() => resolve(value), milliseconds));
  });
  // Hundreds of runs write the same log.
  for (const stream of [process.stdout, process.stderr]) {
    replace(stream, "write", (original) => (...values: unknown[]) => (place.getStore() === undefined ? original.apply(stream, values) : true));
  }
  // Bindings of `import { randomUUID } from "node:crypto"` follow.
  syncBuiltinESMExports();
  try {
    return await run();
  } finally {
    for (const restore of undo.toReversed()) restore();
    syncBuiltinESMExports();
  }
}

function uuid(): string | undefined {
  const here = place.getStore();
  if (here?.attempt === undefined) return here?.process?.uuid();
  drawn += 1;
  return STEP_UUID + drawn.toString(16).padStart(12, "0");
}

/** A sequence of numbers from 0 to 1, the same for the same seed (mulberry32). */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
