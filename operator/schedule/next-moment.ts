import { atMoment, nextCronMoment, parseExpression } from "./expression.ts";

/** What decides at which times a schedule is due. */
export interface Timing {
  readonly scheduleExpression: string;
  readonly scheduleExpressionTimezone: string;
  readonly state: "ENABLED" | "DISABLED";
  /** RFC 3339. */
  readonly startDate?: string;
  readonly endDate?: string;
}

/**
 * The first moment of a schedule after another.
 *
 * @param anchor where a rate without start date counts from, epoch milliseconds
 * @param after epoch milliseconds, exclusive
 * @returns nothing when the schedule has come to its end, or is disabled
 */
export function nextMoment(timing: Timing, anchor: number, after: number): number | undefined {
  if (timing.state === "DISABLED") return undefined;
  const expression = parseExpression(timing.scheduleExpression);
  const timeZone = timing.scheduleExpressionTimezone;
  if (expression.kind === "at") {
    // One-time schedules ignore start and end dates.
    const moment = atMoment(expression.local, timeZone);
    return moment > after ? moment : undefined;
  }
  const start = timing.startDate === undefined ? undefined : Date.parse(timing.startDate);
  const end = timing.endDate === undefined ? Infinity : Date.parse(timing.endDate);
  const from = Math.max(after, start === undefined ? -Infinity : start - 1);
  const moment =
    expression.kind === "rate" ? nextRateMoment(expression.periodMs, start ?? anchor, from) : nextCronMoment(expression.cron, timeZone, from);
  return moment !== undefined && moment <= end ? moment : undefined;
}

/** Whether the schedule fires once only. */
export function isOneTime(timing: Pick<Timing, "scheduleExpression">): boolean {
  return parseExpression(timing.scheduleExpression).kind === "at";
}

function nextRateMoment(periodMs: number, anchor: number, after: number): number {
  const periods = Math.max(0, Math.floor((after - anchor) / periodMs) + 1);
  return anchor + periods * periodMs;
}
