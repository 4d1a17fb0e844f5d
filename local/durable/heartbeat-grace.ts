import type { Clock } from "../clock.ts";
import type { LiveExecution } from "./live-execution.ts";
import { excuseHeartbeats } from "./machine/timers.ts";

/**
 * Gives open callbacks their whole heartbeat time-out again after the stack was down or the machine slept: nobody could
 * send a heartbeat. Paused executions are no exception, because their callbacks time out as well.
 */
export class HeartbeatGrace {
  readonly #clock: Clock;
  /** Epoch milliseconds: the last start of the engine or wake-up of the machine. */
  #since = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The engine has taken over from one that was stopped or killed. */
  start(): void {
    this.#since = this.#clock.now();
  }

  /** Must come before an execution's timers are applied. */
  apply(live: LiveExecution): void {
    const clock = this.#clock;
    this.#since = Math.max(this.#since, clock.resumedAt ?? -Infinity);
    if (this.#since === -Infinity || live.excusedAt === this.#since) return;
    excuseHeartbeats(live.state, { now: this.#since, scale: (milliseconds) => clock.scale(milliseconds) });
    live.excusedAt = this.#since;
  }
}
