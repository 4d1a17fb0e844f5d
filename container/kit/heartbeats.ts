import type { Log } from "./log.ts";
import { NobodyWaits } from "./errors.ts";
import type { Reporter } from "./reporters/reporter.ts";

/** Sends heartbeats, one at a time. A heartbeat that is refused stops the job. One that fails does not: the next one may succeed. */
export class Heartbeats {
  readonly #reporter: Reporter;
  readonly #log: Log;
  readonly #stop: AbortController;
  #sending = false;
  #delivered = false;

  constructor(reporter: Reporter, log: Log, stop: AbortController) {
    this.#reporter = reporter;
    this.#log = log;
    this.#stop = stop;
  }

  /** Whether any heartbeat has been delivered. */
  get delivered(): boolean {
    return this.#delivered;
  }

  async send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      await this.#reporter.heartbeat();
      this.#delivered = true;
    } catch (error) {
      if (error instanceof NobodyWaits) this.#stop.abort(error);
      else this.#log("WARN", "The heartbeat failed", { error: String(error) });
    } finally {
      this.#sending = false;
    }
  }
}
