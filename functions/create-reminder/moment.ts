import { Temporal } from "temporal-polyfill";
import { WorkflowError } from "../shared/errors.ts";

/** A moment in the words of the Scheduler. */
export interface ScheduleMoment {
  /** Local time, without offset. */
  readonly at: string;
  /** IANA name: the Scheduler takes no offsets. */
  readonly timeZone: string;
  /** Milliseconds since 1970. */
  readonly epochMilliseconds: number;
}

/** Whether there is such a date and time, as `2030-02-30T09:00:00` is not. */
export function isLocalTime(text: string): boolean {
  return exists(() => Temporal.PlainDateTime.from(text));
}

/** Whether this is an IANA name or a UTC offset. */
export function isTimeZone(text: string): boolean {
  return exists(() => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text));
}

/** The time at which the Scheduler invokes the target of an `at` expression, in milliseconds since 1970. */
export function scheduledEpoch(at: string, timeZone: string): number {
  return Temporal.PlainDateTime.from(at).toZonedDateTime(timeZone).epochMilliseconds;
}

function exists(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/**
 * The moment at which a clock in a time zone shows a local time.
 *
 * Where the clock shows it twice (it was set back), the first one counts; it is given in UTC then, as is one with a UTC offset, so that the
 * Scheduler cannot take it for another.
 *
 * @param at `YYYY-MM-DDTHH:mm:ss`, existing
 * @param timeZone IANA name or `±HH:MM`, existing
 * @throws WorkflowError `InvalidInput` for a time that the clock skips
 */
export function scheduleMoment(at: string, timeZone: string): ScheduleMoment {
  const local = Temporal.PlainDateTime.from(at);
  const first = local.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  if (!first.toPlainDateTime().equals(local)) {
    throw new WorkflowError("InvalidInput", `at: the clock in ${timeZone} skips ${at} (daylight saving)`);
  }
  const twice = !first.equals(local.toZonedDateTime(timeZone, { disambiguation: "later" }));
  const offset = /^[+-]/.test(first.timeZoneId);
  const scheduled = twice || offset ? first.withTimeZone("UTC") : first;
  return {
    at: scheduled.toPlainDateTime().toString({ smallestUnit: "second" }),
    timeZone: scheduled.timeZoneId,
    epochMilliseconds: first.epochMilliseconds,
  };
}
