import type { Operation } from "../operator/page/execution-api.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** A length of time in at most two units: `26 ms`, `4.1 s`, `2 min 5 s`, `3 d 4 h`, `2 y 9 d`. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1000) return `${ms} ms`;
  if (ms < MINUTE) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < HOUR) return two(ms, MINUTE, "min", 1000, "s");
  if (ms < DAY) return two(ms, HOUR, "h", MINUTE, "min");
  if (ms < YEAR) return two(ms, DAY, "d", HOUR, "h");
  return two(ms, YEAR, "y", DAY, "d");
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest === 0 ? "" : ` ${rest} ${smallName}`}`;
}

/** Date and time as this browser's user writes them; today's without the date, this year's without the year. */
export function moment(at: number, timeZone?: string): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const thisYear = date.getFullYear() === new Date().getFullYear();
  const day = { day: "2-digit", month: "short", ...(thisYear ? {} : ({ year: "numeric" } as const)) } as const;
  return date.toLocaleString([], {
    ...(today && timeZone === undefined ? {} : day),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
}

/** JSON indented; other text as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export function bytes(count: number): string {
  return count < 1000 ? `${count} B` : count < 1_000_000 ? `${(count / 1000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
}

/** US dollars, with as many digits as a small sum needs. */
export function dollars(sum: number): string {
  return `$${sum >= 1 ? sum.toFixed(2) : sum.toPrecision(2)}`;
}

/** AWS's names as words: `TIMED_OUT`, `WaitForCallback`. */
export function words(name: string): string {
  return name.replaceAll("_", " ").replace(/([a-z])(?=[A-Z])/g, "$1 ").toLowerCase();
}

/** What an operation is called: by its name, or by what it is. */
export function titleOf({ name, subType, kind }: Pick<Operation, "name" | "subType" | "kind">): string {
  return name || words(subType ?? kind);
}

export function executionIdOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

export function executionHref(arn: string): string {
  return `#/execution/${encodeURIComponent(arn)}`;
}
