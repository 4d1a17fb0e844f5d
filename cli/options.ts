import { InvalidArgumentError } from "commander";
import { FASTEST } from "../local/clock.ts";
import { parseDuration, parseSince } from "./text/duration.ts";

/** Parser of a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** How many declared seconds pass in one real second. */
export function speedFactor(text: string): number {
  const value = Number(text);
  if (!(value >= 1 && value <= FASTEST)) throw new InvalidArgumentError(`It must be a number from 1 to ${FASTEST}.`);
  return value;
}

/** The moment that an age such as `10m` or an ISO 8601 time means. */
export function sinceOption(text: string): Date {
  const moment = parseSince(text, Date.now());
  if (moment === undefined) throw new InvalidArgumentError("It must be an age such as 90s, 10m, 2h or 7d, or an ISO 8601 time.");
  return moment;
}

/** Milliseconds of a duration such as `90s`. */
export function durationOption(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError("It must be such as 90s, 10m, 2h or 7d.");
  return milliseconds;
}

export function executionNameOption(text: string): string {
  if (!/^[\w-]{1,64}$/.test(text)) throw new InvalidArgumentError("It must be 1 to 64 letters, digits, - or _.");
  return text;
}
