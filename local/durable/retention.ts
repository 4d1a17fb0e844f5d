import type { Cancel, Clock } from "../clock.ts";
import { contain } from "../contain.ts";
import type { DurableRepository } from "./repository.ts";

const INTERVAL_MS = 3_600_000;
/** Deleted in one turn, so that a large sweep holds up nothing else. */
const CHUNK = 200;

/** Time that a deleted execution has the status DELETING. */
const DELETION_MS = 1_000;

/** Deletes executions whose retention has ended, every hour, and executions by request. */
export class RetentionSweep {
  readonly #clock: Clock;
  readonly #repository: DurableRepository;
  #cancel: Cancel | undefined;

  constructor(options: { clock: Clock; repository: DurableRepository }) {
    this.#clock = options.clock;
    this.#repository = options.repository;
  }

  /** The first sweep also deletes what had the status DELETING when the stack stopped. */
  start(): void {
    this.#schedule(DELETION_MS);
  }

  stop(): void {
    this.#cancel?.();
  }

  /** Deletes an ended execution after {@link DELETION_MS}. */
  delete(id: number): void {
    this.#repository.startDeleting(id, this.#clock.now() + DELETION_MS);
    this.#schedule(DELETION_MS);
  }

  #schedule(delay: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.at(this.#clock.now() + delay, () => {
      let deleted = 0;
      contain("The deletion of expired executions", () => (deleted = this.#repository.deleteExpired(this.#clock.now(), CHUNK)));
      this.#schedule(deleted === CHUNK ? 1 : INTERVAL_MS);
    });
  }
}
