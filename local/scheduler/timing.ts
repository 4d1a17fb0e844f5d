import { isOneTime, nextMoment } from "../../operator/schedule/next-moment.ts";
import type { ScheduleDeclaration } from "../declarations.ts";

/** What decides when a schedule fires. */
export type Timing = Pick<
  ScheduleDeclaration,
  "scheduleExpression" | "scheduleExpressionTimezone" | "state" | "startDate" | "endDate" | "flexibleTimeWindow"
>;

/** How many moments of one schedule are made up for, at most: a schedule of every minute must not flood the stack after a night. */
const MOST_MISSED_MOMENTS = 100;
const MINUTE_MS = 60_000;

/** A moment, and when it fires: the same unless the schedule has a flexible window. */
export interface Firing {
  readonly moment: number;
  readonly fireAt: number;
}

/**
 * Where a schedule goes on that could not fire for a while, because the stack was down or the machine asleep.
 *
 * A one-time schedule fires however late. Of a recurring one the missed moments fire that are not older than the maximum
 * age of an event, as they would still be delivered on AWS; at most the newest 100.
 *
 * @param next what was to fire next
 * @returns the moment to go on with: past ones are to fire now
 */
export function catchUp(timing: Timing, anchor: number, next: Firing, now: number, maximumAgeMs: number): number | undefined {
  if (now - next.fireAt < MINUTE_MS || isOneTime(timing)) return next.moment;
  const missed: number[] = [];
  let moment = nextMoment(timing, anchor, Math.max(next.moment, now - maximumAgeMs) - 1);
  while (moment !== undefined && moment <= now) {
    missed.push(moment);
    moment = nextMoment(timing, anchor, moment);
  }
  return missed.at(-MOST_MISSED_MOMENTS) ?? missed[0] ?? moment;
}

/**
 * Decides when a moment fires: at some time inside the flexible window, if the schedule has one.
 *
 * @param random 0 to less than 1
 */
export function firing(timing: Timing, moment: number, random: number): Firing {
  const window = timing.flexibleTimeWindow;
  const offset = window.mode === "OFF" ? 0 : Math.floor(random * window.maximumWindowInMinutes * MINUTE_MS);
  return { moment, fireAt: moment + offset };
}
