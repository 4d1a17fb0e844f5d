// Preloaded into processes of the local stack when its time runs faster: makes their own timers run as fast.
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers";
import promises from "node:timers/promises";
import { promisify } from "node:util";

const speed = Number(process.env.LOCAL_CLOCK_SPEED);

// What a process waits for meanwhile (a request, a disk) is no faster, so no time-out may become shorter than this.
const SHORTEST_MS = 100;

/** @param {unknown} delay */
const scaled = (delay) => {
  const milliseconds = Number(delay);
  return milliseconds > SHORTEST_MS ? Math.max(SHORTEST_MS, milliseconds / speed) : delay;
};

const { setTimeout, setInterval } = timers;
const { setTimeout: timeout, setInterval: interval } = promises;

promises.setTimeout = (delay, ...rest) => timeout(scaled(delay), ...rest);
promises.setInterval = (delay, ...rest) => interval(scaled(delay), ...rest);
promises.scheduler.wait = (delay, options) => timeout(scaled(delay), undefined, options);

timers.setTimeout = (callback, delay, ...rest) => setTimeout(callback, scaled(delay), ...rest);
timers.setTimeout[promisify.custom] = promises.setTimeout;
timers.setInterval = (callback, delay, ...rest) => setInterval(callback, scaled(delay), ...rest);

globalThis.setTimeout = timers.setTimeout;
globalThis.setInterval = timers.setInterval;
syncBuiltinESMExports();
