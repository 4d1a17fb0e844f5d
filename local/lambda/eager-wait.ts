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
  readonly #now: () => number;
  readonly #nextTurn: (run: () => void) => void;
  /** How many calls the latest late answer has put it off for. */
  #asleep = 0;
  /** Calls still to be waited for asleep. */
  #left: number;

  /**
   * @param options.now milliseconds, of a clock that only goes forward
   * @param options.nextTurn runs in the next turn of the event loop, which does not wait for anything meanwhile
   */
  constructor(options: { processors?: number; now?: () => number; nextTurn?: (run: () => void) => void } = {}) {
    const { processors = availableParallelism() } = options;
    this.#now = options.now ?? (() => performance.now());
    this.#nextTurn = options.nextTurn ?? setImmediate;
    this.#left = processors > 1 ? 0 : Infinity;
  }

  /** @param answered whether the answer has come */
  until(answered: () => boolean): void {
    if (this.#left > 0) {
      this.#left--;
      return;
    }
    const latest = this.#now() + LONGEST_MS;
    const turn = (): void => {
      if (answered()) this.#asleep >>= 1;
      else if (this.#now() < latest) this.#nextTurn(turn);
      else this.#left = this.#asleep = Math.min(MOST_CALLS_ASLEEP, 2 * this.#asleep + 1);
    };
    this.#nextTurn(turn);
  }
}
