import type { Clock } from "../clock.ts";
import { reportFault } from "../contain.ts";
import { TimerQueue } from "../timers.ts";

/** Well within the minute that Scheduler takes for a schedule at most (User Guide, "Invocation precision"). */
const REPEAT_MS = 10_000;

/** Timers that repeat what failed. A failure is printed when it is the key's first since its last success. */
export class RepeatedTimers {
  readonly #clock: Clock;
  readonly #what: string;
  readonly #onDue: (key: string) => void;
  readonly #timers: TimerQueue<string>;
  readonly #failing = new Set<string>();

  /** @param what names the work of a key, as the beginning of a sentence */
  constructor(clock: Clock, what: string, onDue: (key: string) => void) {
    this.#clock = clock;
    this.#what = what;
    this.#onDue = onDue;
    this.#timers = new TimerQueue(clock, (key) => this.#run(key));
  }

  /** @param due epoch milliseconds */
  set(key: string, due: number): void {
    this.#timers.set(key, due);
  }

  delete(key: string): void {
    this.#timers.delete(key);
    this.#failing.delete(key);
  }

  clear(): void {
    this.#timers.clear();
  }

  #run(key: string): void {
    try {
      this.#onDue(key);
      this.#failing.delete(key);
    } catch (error) {
      if (!this.#failing.has(key)) reportFault(`${this.#what} ${key}, which is repeated every ${REPEAT_MS / 1000} s,`, error);
      this.#failing.add(key);
      this.#timers.set(key, this.#clock.now() + REPEAT_MS);
    }
  }
}
