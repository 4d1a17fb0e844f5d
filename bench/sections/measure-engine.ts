import type { Engine } from "../engines/engine.ts";
import { largest, type Summary } from "../statistics.ts";
import type { BenchOptions } from "./options.ts";

/** What was seen under one load. */
export interface LoadFigures extends Summary {
  readonly clients: number;
  readonly stepMilliseconds: number;
  /** The most that all its processes had at once, MiB. */
  readonly megabytes: number;
}

/** Everything that engines are compared by. */
export interface EngineFigures {
  readonly engine: string;
  readonly loads: readonly LoadFigures[];
  /** Milliseconds of one execution, by its number of steps. */
  readonly oneExecution: Readonly<Record<number, number>>;
  /** Seconds until the last of 1,000 one-second waits was over: the first time, when what runs handlers has yet to start, and then again. */
  readonly waits: { readonly first: number; readonly again: number };
}

export const WAITS = 1_000;
const STEP_COUNTS = [500, 1_000, 2_000, 2_900];
const SAMPLE_MS = 500;

/** Measures an engine. @param stepCounts whether executions of other lengths than 1,000 steps are measured as well */
export async function measureEngine(engine: Engine, options: BenchOptions, stepCounts: "all" | "1,000 only"): Promise<EngineFigures> {
  const loads: LoadFigures[] = [];
  for (const stepMilliseconds of [0, 5]) {
    for (const clients of options.clients) {
      options.progress(`${engine.name}: three steps of ${stepMilliseconds} ms, ${clients} clients`);
      loads.push(await underLoad(engine, options, clients, stepMilliseconds));
    }
  }
  const oneExecution: Record<number, number> = {};
  for (const steps of stepCounts === "all" ? STEP_COUNTS : [1_000]) {
    options.progress(`${engine.name}: one execution of ${steps} steps`);
    const { p50 } = await engine.steps({ clients: 1, requestsPerClient: 3 }, { steps, stepMilliseconds: 0 });
    oneExecution[steps] = p50;
  }
  options.progress(`${engine.name}: ${WAITS} waits at once`);
  const first = await engine.waits(WAITS, 1);
  return { engine: engine.name, loads, oneExecution, waits: { first, again: await engine.waits(WAITS, 1) } };
}

async function underLoad(engine: Engine, { seconds, warmUpSeconds }: BenchOptions, clients: number, stepMilliseconds: number): Promise<LoadFigures> {
  const samples = [engine.memory()];
  const sampling = setInterval(() => samples.push(engine.memory()), SAMPLE_MS);
  try {
    const summary = await engine.steps({ clients, seconds, warmUpSeconds }, { steps: 3, stepMilliseconds });
    return { ...summary, clients, stepMilliseconds, megabytes: largest(samples) };
  } finally {
    clearInterval(sampling);
  }
}
