/**
 * Bounds how many executions of one function version have an invocation at a time, and so how many are in memory: the
 * others wait in the store, and here as a number each, first come first served. A version that hangs holds up no other.
 */
export class RunQueue<K = number> {
  readonly #limit: number;
  readonly #run: (id: K) => void;
  readonly #lanes = new Map<string, Lane<K>>();

  /**
   * @param limit most invocations of one function version
   * @param run called when an execution that had to queue may run
   */
  constructor(limit: number, run: (id: K) => void) {
    this.#limit = limit;
    this.#run = run;
  }

  /** @returns whether the execution may run now; if not, `run` will be called for it */
  enter(version: string, id: K): boolean {
    let lane = this.#lanes.get(version);
    if (lane === undefined) this.#lanes.set(version, (lane = { running: 0, queued: new Set() }));
    if (lane.running < this.#limit) {
      lane.running++;
      return true;
    }
    lane.queued.add(id);
    return false;
  }

  /** An execution that was allowed to run has ended its invocation; the next in the queue takes its place. */
  leave(version: string): void {
    const lane = this.#lanes.get(version);
    if (lane === undefined) return;
    const [next] = lane.queued;
    if (next !== undefined) {
      lane.queued.delete(next);
      this.#run(next);
    } else if (--lane.running === 0) {
      this.#lanes.delete(version);
    }
  }

  /** Takes an execution out that no longer needs to run. */
  remove(version: string, id: K): void {
    this.#lanes.get(version)?.queued.delete(id);
  }
}

interface Lane<K> {
  running: number;
  /** In order of arrival. */
  readonly queued: Set<K>;
}
