import { Cron } from "croner";
import { Temporal } from "temporal-polyfill";

/** What a schedule expression means, before its time zone is known. */
export type ScheduleExpression =
  | { readonly kind: "at"; readonly local: Temporal.PlainDateTime }
  | { readonly kind: "rate"; readonly periodMs: number }
  | { readonly kind: "cron"; readonly cron: Cron };

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

const MONTH = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC";
const WEEKDAY = "[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT";
const CRON_FIELDS = [
  list(String.raw`\d{1,2}`),
  list(String.raw`\d{1,2}`),
  new RegExp(String.raw`^(?:\?|L|LW|\d{1,2}W)$|${list(String.raw`\d{1,2}`).source}`),
  list(String.raw`\d{1,2}|${MONTH}`),
  new RegExp(String.raw`^(?:\?|L|(?:${WEEKDAY})(?:L|#[1-5]))$|${list(WEEKDAY).source}`),
  list(String.raw`(?:19[7-9]|20\d|21\d)\d`),
];

/**
 * Parses `at(yyyy-mm-ddThh:mm:ss)`, `rate(value unit)` or `cron(minutes hours day-of-month month day-of-week year)`, as
 * EventBridge Scheduler writes them.
 *
 * @throws RangeError
 */
export function parseExpression(text: string): ScheduleExpression {
  const [, form, body = ""] = /^(at|rate|cron)\((.*)\)$/.exec(text) ?? [];
  try {
    if (form === "at") return parseAt(body);
    if (form === "rate") return parseRate(body);
    if (form === "cron") return parseCron(body);
  } catch {
    // Said below, in AWS's words.
  }
  throw new RangeError(`Invalid Schedule Expression ${text}.`);
}

/** Whether Scheduler takes this as a time zone: a name of the IANA database, not a UTC offset. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Intl.DateTimeFormat(undefined, { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The moment of an `at` expression; a local time that daylight saving skips is moved by the gap, a repeated one is the first. */
export function atMoment(local: Temporal.PlainDateTime, timeZone: string): number {
  return local.toZonedDateTime(timeZone, { disambiguation: "compatible" }).epochMilliseconds;
}

/**
 * The first moment of a cron expression after another.
 *
 * The wall clock is what counts, as Scheduler has it: a time that daylight saving skips is left out, and one that comes
 * twice counts once, the first time.
 *
 * @param after epoch milliseconds, exclusive
 */
export function nextCronMoment(cron: Cron, timeZone: string, after: number): number | undefined {
  let local = wallClock(after, timeZone);
  for (;;) {
    const next = cron.nextRun(new Date(local));
    if (next === null) return undefined;
    local = next.getTime();
    const moment = firstMomentOf(local, timeZone);
    if (moment !== undefined && moment > after) return moment;
  }
}

function parseAt(body: string): ScheduleExpression {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(body)) throw new RangeError(body);
  return { kind: "at", local: Temporal.PlainDateTime.from(body, { overflow: "reject" }) };
}

function parseRate(body: string): ScheduleExpression {
  const [, value, unit] = /^([1-9]\d{0,8}) +(minute|hour|day)s?$/.exec(body) ?? [];
  if (unit === undefined) throw new RangeError(body);
  return { kind: "rate", periodMs: Number(value) * UNIT_MS[unit as keyof typeof UNIT_MS] };
}

function parseCron(body: string): ScheduleExpression {
  const fields = body.trim().toUpperCase().split(/\s+/);
  const isWellFormed = fields.length === CRON_FIELDS.length && CRON_FIELDS.every((pattern, index) => pattern.test(fields[index] ?? ""));
  const [minutes, hours, dayOfMonth = "", month, dayOfWeek = "", year] = fields;
  if (!isWellFormed || (dayOfMonth === "?") === (dayOfWeek === "?")) throw new RangeError(body);
  // In croner's words: seconds first, `?` is `*`, and the last day of the week has a number. Days of the week count from SUN = 1.
  const days = { month: dayOfMonth.replace("?", "*"), week: dayOfWeek.replace("?", "*").replace(/^L$/, "7") };
  const pattern = `0 ${minutes} ${hours} ${days.month} ${month} ${days.week} ${year}`;
  // The wall clock is taken for UTC here, so that daylight saving is left to the functions above.
  return { kind: "cron", cron: new Cron(pattern, { timezone: "Etc/UTC", mode: "7-part", alternativeWeekdays: true, sloppyRanges: true }) };
}

/** `*`, values, ranges and steps, in a list. */
function list(value: string): RegExp {
  const item = String.raw`(?:\*|(?:${value})(?:-(?:${value}))?)(?:/[1-9]\d*)?`;
  return new RegExp(`^${item}(?:,${item})*$`);
}

/** What the clock on the wall shows, as if it were UTC. */
function wallClock(moment: number, timeZone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(timeZone).toPlainDateTime();
  return local.toZonedDateTime("UTC").epochMilliseconds;
}

function firstMomentOf(local: number, timeZone: string): number | undefined {
  const wanted = Temporal.Instant.fromEpochMilliseconds(local).toZonedDateTimeISO("UTC").toPlainDateTime();
  const actual = wanted.toZonedDateTime(timeZone, { disambiguation: "earlier" });
  return actual.toPlainDateTime().equals(wanted) ? actual.epochMilliseconds : undefined;
}
