import { availableParallelism, cpus, type CpuInfo } from "node:os";

/** Milliseconds of all processors together, since some moment in the past. */
export interface ProcessorTimes {
  readonly idle: number;
  readonly all: number;
}

/** Shorter, and the kernel's ticks of 10 ms would say more about chance than about load. */
export const SAMPLE_MS = 50;
/** A longer stretch reaches back to before there was work to do. */
const OLDEST_MS = 4 * SAMPLE_MS;
/** A new process takes about a tenth of a second of one processor to start: with less than this it would only slow down the others. */
const SPARE_SHARE = 0.5;

/** Tells whether this machine's processors could do more than they do. */
export class SpareTime {
  readonly #times: () => ProcessorTimes;
  readonly #now: () => number;
  #last: { readonly at: number; readonly times: ProcessorTimes } | undefined;

  constructor(times: () => ProcessorTimes = machineTimes, now = () => performance.now()) {
    this.#times = times;
    this.#now = now;
  }

  /** True at most once in {@link SAMPLE_MS}, after a stretch of spare time: who takes it changes what the next will show. */
  take(): boolean {
    const at = this.#now();
    const last = this.#last;
    if (last !== undefined && at - last.at < SAMPLE_MS) return false;
    const times = this.#times();
    this.#last = { at, times };
    return last !== undefined && at - last.at <= OLDEST_MS && times.idle - last.times.idle >= SPARE_SHARE * (times.all - last.times.all);
  }
}

/** Of processors that a container has no part in, nobody here could make use: where some are, none counts as idle. */
export function machineTimes(processors: readonly Pick<CpuInfo, "times">[] = cpus(), own = availableParallelism()): ProcessorTimes {
  let idle = 0;
  let all = 0;
  for (const { times } of processors) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { idle: own < processors.length ? 0 : idle, all };
}
