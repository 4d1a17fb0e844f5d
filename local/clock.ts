/** Cancels what it was given for; harmless when that has already happened. */
export type Cancel = () => void;

/**
 * Time as the local stack sees it. Moments (cron, `at(...)`, time stamps) are the wall clock's and never move;
 * durations (waits, retry delays, time-outs) shrink by the speed factor.
 */
export interface Clock {
  readonly speed: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** How many real milliseconds `milliseconds` of declared time last here. */
  scale(milliseconds: number): number;
  /** Calls `run` at `timestamp` (epoch milliseconds, already scaled where it came from a duration), at once if past. */
  at(timestamp: number, run: () => void): Cancel;
}

/** The clock of a running stack, whose speed can be changed. */
export interface AdjustableClock extends Clock {
  /**
   * Durations that begin from now on last accordingly. Those under way keep the moment at which they end: it is recorded,
   * and callers have been told of it.
   *
   * @param speed how many declared seconds pass in one real second, 1 to {@link FASTEST}
   */
  setSpeed(speed: number): void;
}

/** The greatest speed: beyond it, answers come too late for what waits for them. */
export const FASTEST = 1_000;

/** Processes start and answer no faster when time does: no time-out shrinks below this many milliseconds. */
const SHORTEST_TIMEOUT_MS = 3_000;

/** How many real milliseconds a time-out of `milliseconds` lasts here. */
export function scaleTimeout(clock: Pick<Clock, "scale">, milliseconds: number): number {
  return Math.max(clock.scale(milliseconds), Math.min(milliseconds, SHORTEST_TIMEOUT_MS));
}

/** Node clamps longer timers to 1 ms, so longer waits are cut into pieces. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** @param initialSpeed how many declared seconds pass in one real second, 1 or more */
export function createClock(initialSpeed = 1): AdjustableClock {
  let speed = initialSpeed;
  return {
    get speed() {
      return speed;
    },
    setSpeed(changed) {
      speed = changed;
    },
    now: () => Date.now(),
    scale: (milliseconds) => milliseconds / speed,
    at(timestamp, run) {
      let timer: NodeJS.Timeout;
      const arm = () => {
        const left = timestamp - Date.now();
        timer = left > LONGEST_TIMEOUT_MS ? setTimeout(arm, LONGEST_TIMEOUT_MS) : setTimeout(run, Math.max(0, left));
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}
