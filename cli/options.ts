import { InvalidArgumentError } from "commander";
import { parseDuration, parseSince } from "./text/duration.ts";

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
