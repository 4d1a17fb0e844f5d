const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
];

/** Such as `0.4 s`, `12 s`, `3 m 5 s`, `2 d 4 h`: two units at most. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
  let rest = Math.round(milliseconds / 1000) * 1000;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(" ");
}

/** What nobody means: beyond, moments have no date. */
const LONGEST_MS = 36_500 * 86_400_000;

/**
 * Milliseconds of a duration such as `90s`, `10m`, `2h`, `7d`, up to 36,500 days.
 *
 * @returns nothing for anything else
 */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS.find(([name]) => name === unit)?.[1] ?? NaN);
  return milliseconds <= LONGEST_MS ? milliseconds : undefined;
}

/**
 * The moment that `since` means: an age such as `90s`, `10m`, `2h`, `7d`, or an ISO 8601 date or time.
 *
 * @returns nothing for anything else
 */
export function parseSince(since: string, now: number): Date | undefined {
  const age = parseDuration(since);
  if (age !== undefined) return new Date(now - age);
  if (!/^\d{4}-\d{2}-\d{2}/.test(since)) return undefined;
  const moment = new Date(since);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

/**
 * A time stamp as people read it, in UTC: the time alone on the same day.
 *
 * @param now epoch milliseconds
 */
export function clockTime(iso: string, now: number): string {
  const today = new Date(now).toISOString().slice(0, 10);
  return `${iso.startsWith(today) ? "" : `${iso.slice(0, 10)} `}${iso.slice(11, 19)}Z`;
}
