import { Cron } from "croner";

/** Whether EventBridge Scheduler knows the IANA time zone. */
export function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +02:00 are time zones to Intl, but not to the Scheduler.
    return !/^[+-]/.test(name) && new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** What is wrong with a recurring schedule's expression, or undefined if nothing is. */
export function expressionFault(expression: string): string | undefined {
  const [, kind, body] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === undefined || body === undefined) return "is neither rate(…) nor cron(…)";
  return kind === "rate" ? rateFault(body) : cronFault(body);
}

function rateFault(rate: string): string | undefined {
  return /^[1-9]\d* (minute|hour|day)s?$/.test(rate) ? undefined : "has no rate of the form: whole number, space, minutes, hours or days";
}

function cronFault(cron: string): string | undefined {
  const fields = cron.split(" ");
  if (fields.length !== 6) return `has ${fields.length} cron fields, and AWS takes 6: minutes hours day-of-month month day-of-week year`;
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields as [string, string, string, string, string, string];
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) return "needs ? in exactly one of the cron fields day-of-month and day-of-week";
  const outside = daysOfWeek(dayOfWeek).find((day) => day < 1 || day > 7);
  if (outside !== undefined) return `has day-of-week ${outside}, and AWS counts from 1 (Sunday) to 7`;
  try {
    const parsed = new Cron(["0", minutes, hours, dayOfMonth, month, fromSundayZero(dayOfWeek), year].join(" "), { mode: "7-part", sloppyRanges: true });
    return parsed.nextRun() === null ? "never fires again" : undefined;
  } catch (error) {
    return `does not parse (${(error as Error).message})`;
  }
}

/** Numbers that stand for a day, not for a step (`/2`) or for the week of the month (`#2`). */
const DAY_NUMBER = /(?<![#/\d])\d+/g;

function daysOfWeek(field: string): number[] {
  return (field.match(DAY_NUMBER) ?? []).map(Number);
}

/** AWS counts days of the week from 1, croner from 0; AWS's bare `L` is Saturday. */
function fromSundayZero(field: string): string {
  return field === "L" ? "6" : field.replace(DAY_NUMBER, (day) => String(Number(day) - 1));
}
