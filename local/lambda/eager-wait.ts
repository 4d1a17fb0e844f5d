import { availableParallelism } from "node:os";

/** How long is stayed awake at most, milliseconds. A commit takes about 0.2. */
const LONGEST_MS = 0.5;
const MOST_CALLS_ASLEEP = 64;

/**
 * Stays awake while an answer is due at once. A process that sleeps is woken late (a tenth of a millisecond on a virtual
 * machine, about what the fsync takes that is waited for), and a workflow of many short steps waits for little else.
 * Where answers take longer, the stack has much to do and needs the processors itself: then ever more calls are waited
 * for asleep before the next attempt. On one processor all are.
 */
export class EagerWait {
  #asleep = availableParallelism() > 1 ? 0 : Infinity;
  #left = this.#asleep;

  /** @param answered whether the answer has come */
  until(answered: () => boolean): void {
    if (this.#left > 0) {
      this.#left--;
      return;
    }
    const latest = performance.now() + LONGEST_MS;
    const turn = (): void => {
      if (answered()) this.#asleep >>= 1;
      else if (performance.now() < latest) setImmediate(turn);
      else this.#left = this.#asleep = Math.min(MOST_CALLS_ASLEEP, 2 * this.#asleep + 1);
    };
    setImmediate(turn);
  }
}
