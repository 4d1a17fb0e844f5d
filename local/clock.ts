import { contain } from "./contain.ts";
import { HELD_CHECK_MS } from "./pausable-time.ts";

/** Cancels what it was given for; harmless when that has already happened. */
export type Cancel = () => void;

/**
 * Time as the local stack sees it. Moments (cron, `at(...)`, time stamps) are the wall clock's; durations (waits, retry
 * delays, time-outs) shrink by the speed factor. Time never goes back: see {@link createClock}.
 */
export interface Clock {
  readonly speed: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** How many real milliseconds `milliseconds` of declared time last here. */
  scale(milliseconds: number): number;
  /** Calls `run` at `timestamp` (epoch milliseconds, already scaled where it came from a duration), at once if past. */
  at(timestamp: number, run: () => void): Cancel;
  /** The end of the last pause: time has passed in which the stack could do nothing, as when the machine slept. */
  readonly resumedAt?: number | undefined;
  /** What the clock reads; this machine's time where absent. */
  readonly time?: TimeSources;
}

/** The clock of a running stack, whose speed can be changed. */
export interface AdjustableClock extends Clock {
  /**
   * Durations that begin from now on last accordingly. Those under way keep the moment at which they end: it is recorded,
   * and callers have been told of it.
   *
   * @param speed how many declared seconds pass in one real second, 1 to 1,000 (`FASTEST` in operator/local-clock.ts)
   */
  setSpeed(speed: number): void;
}

/** Processes start and answer no faster when time does: no time-out shrinks below this many milliseconds. */
const SHORTEST_TIMEOUT_MS = 3_000;

/** How many real milliseconds a time-out of `milliseconds` lasts here. */
export function scaleTimeout(clock: Pick<Clock, "scale">, milliseconds: number): number {
  return Math.max(clock.scale(milliseconds), Math.min(milliseconds, SHORTEST_TIMEOUT_MS));
}

/**
 * Calls `run` when so much real time has passed, whatever the wall clock shows then: for time-outs of processes. Time in which the clock is
 * held does not count.
 */
export function after({ time = MACHINE_TIME }: Pick<Clock, "time">, milliseconds: number, run: () => void): Cancel {
  const due = time.steady() + milliseconds;
  let timer: NodeJS.Timeout;
  const arm = () => {
    timer = setTimeout(fire, Math.max(due - time.steady(), shortestTimeout(time)));
  };
  const fire = () => {
    if (time.steady() + TIMER_PRECISION_MS < due) arm();
    else contain("A timer", run);
  };
  arm();
  return () => clearTimeout(timer);
}

/** Time that stands still brings no timer nearer. */
function shortestTimeout({ held }: TimeSources): number {
  return held === true ? HELD_CHECK_MS : 0;
}

/** The clock is read at least this often. */
const TICK_MS = 1_000;
/** A timer of Node's counts real time, and so is late when the wall clock is set forward: by no more than this. */
const LONGEST_TIMEOUT_MS = 5_000;
/** Time between two readings that makes a pause. */
const PAUSE_MS = 5_000;
/** Readings of two clocks differ by this at most unless one was set. */
const TOLERANCE_MS = 500;

/** Where time comes from, in milliseconds. */
export interface TimeSources {
  /** Since the epoch; a person or NTP may set it. */
  readonly wall: () => number;
  /** Since any moment; nothing sets it. */
  readonly steady: () => number;
  /** Whether time stands still, as while a debugger holds a process. */
  readonly held?: boolean;
}

const MACHINE_TIME: TimeSources = { wall: Date.now, steady: () => performance.now() };
/** Node's timers may fire this much early. */
const TIMER_PRECISION_MS = 1;

/**
 * Follows the wall clock forward, and goes on from where it was when that is set back: what waits ends as if nothing had
 * happened, and no moment comes twice. It stays ahead until the wall clock is set forward again, or the stack starts again.
 *
 * @param initialSpeed how many declared seconds pass in one real second, 1 or more
 */
export function createClock(initialSpeed = 1, time = MACHINE_TIME): AdjustableClock {
  const { wall, steady } = time;
  let speed = initialSpeed;
  let last = wall();
  let lastSteady = steady();
  let ahead = 0;
  let resumedAt: number | undefined;

  function now(): number {
    const [wallTime, steadyTime] = [wall(), steady()];
    const expected = last + steadyTime - lastSteady;
    const jump = wallTime + ahead - expected;
    if (jump < -TOLERANCE_MS) ahead += Math.ceil(-jump);
    else if (jump > TOLERANCE_MS) ahead = Math.max(0, ahead - Math.floor(jump));
    const time = wallTime + ahead;
    if (time - last > PAUSE_MS) resumedAt = time;
    last = time;
    lastSteady = steadyTime;
    return time;
  }
  setInterval(now, TICK_MS).unref();

  return {
    time,
    get speed() {
      return speed;
    },
    setSpeed(changed) {
      speed = changed;
    },
    get resumedAt() {
      return resumedAt;
    },
    now,
    scale: (milliseconds) => milliseconds / speed,
    at(timestamp, run) {
      let timer: NodeJS.Timeout;
      const arm = () => {
        timer = setTimeout(fire, Math.min(Math.max(shortestTimeout(time), timestamp - now()), LONGEST_TIMEOUT_MS));
      };
      const fire = () => {
        if (timestamp > now()) arm();
        else contain("A timer", run);
      };
      arm();
      return () => clearTimeout(timer);
    },
  };
}
