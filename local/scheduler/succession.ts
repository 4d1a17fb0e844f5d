import { isOneTime, nextMoment } from "../../operator/schedule/next-moment.ts";
import { isDeepStrictEqual } from "node:util";
import type { ScheduleDeclaration } from "../declarations.ts";
import type { Schedule } from "./schedules.ts";
import { firing, type Timing } from "./timing.ts";

/**
 * A schedule as it begins. A rate without start date begins at once, as on AWS; a one-time schedule fires even if its time
 * has passed.
 *
 * @param now epoch milliseconds
 */
export function newSchedule(definition: ScheduleDeclaration, now: number): Schedule {
  const anchor = wholeSecond(now);
  const isRate = definition.scheduleExpression.startsWith("rate");
  const after = isOneTime(definition) ? -Infinity : isRate ? anchor - 1 : now;
  const schedule = { definition, createdAt: now, modifiedAt: now, anchor, lastMoment: undefined, next: undefined };
  return withNext(schedule, nextMoment(definition, anchor, after));
}

/** The schedule with another definition: it keeps the moment that was to come, unless its times have changed. */
export function changedSchedule(existing: Schedule, definition: ScheduleDeclaration, now: number): Schedule {
  const changed = { ...existing, definition, modifiedAt: now };
  if (sameTimes(definition, existing.definition)) return changed;
  const anchor = wholeSecond(now);
  const after = isOneTime(definition) ? (existing.lastMoment ?? -Infinity) : now;
  return withNext({ ...changed, anchor }, nextMoment(definition, anchor, after));
}

/** The schedule after a moment of it has fired. */
export function firedSchedule(schedule: Schedule, moment: number): Schedule {
  return withNext({ ...schedule, lastMoment: moment }, nextMoment(schedule.definition, schedule.anchor, moment));
}

/** @param moment to go on with; none when the schedule is disabled or at its end */
export function withNext(schedule: Schedule, moment: number | undefined): Schedule {
  return { ...schedule, next: moment === undefined ? undefined : firing(schedule.definition, moment, Math.random()) };
}

/** Whether two schedules fire at the same moments. */
export function sameTimes(a: Timing, b: Timing): boolean {
  return isDeepStrictEqual(timesOf(a), timesOf(b));
}

function timesOf(timing: Timing): Timing {
  const { scheduleExpression, scheduleExpressionTimezone, state, startDate, endDate, flexibleTimeWindow } = timing;
  return { scheduleExpression, scheduleExpressionTimezone, state, startDate, endDate, flexibleTimeWindow };
}

function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
