import type { Cancel, Clock } from "../clock.ts";
import type { DurableRepository } from "./repository.ts";

const INTERVAL_MS = 3_600_000;
/** Deleted in one turn, so that a large sweep holds up nothing else. */
const CHUNK = 200;

/** Deletes executions whose retention has ended, every hour. */
export class RetentionSweep {
  readonly #clock: Clock;
  readonly #repository: DurableRepository;
  #cancel: Cancel | undefined;

  constructor(options: { clock: Clock; repository: DurableRepository }) {
    this.#clock = options.clock;
    this.#repository = options.repository;
  }

  start(): void {
    this.#schedule(0);
  }

  stop(): void {
    this.#cancel?.();
  }

  #schedule(delay: number): void {
    this.#cancel = this.#clock.at(this.#clock.now() + delay, () => {
      const deleted = this.#repository.deleteExpired(this.#clock.now(), CHUNK);
      this.#schedule(deleted === CHUNK ? 1 : INTERVAL_MS);
    });
  }
}
