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

/**
 * The moment that `since` means: an age such as `90s`, `10m`, `2h`, `7d`, or an ISO 8601 date or time.
 *
 * @returns nothing for anything else
 */
export function parseSince(since: string, now: number): Date | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(since) ?? [];
  const size = UNITS.find(([name]) => name === unit)?.[1];
  if (size !== undefined) return new Date(now - Number(count) * size);
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
