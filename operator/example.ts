/** A time as local times are written, in UTC: without zone and fraction. */
function utc(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().slice(0, 19);
}

/**
 * Fills in what the input of an example leaves open: in its texts, `<now+60s>` becomes the time in 60 seconds (UTC,
 * `YYYY-MM-DDTHH:mm:ss`), and `<unique>` the text given.
 *
 * @param now epoch milliseconds
 */
export function fillExample(input: unknown, now: number, unique: string = now.toString(36)): unknown {
  if (typeof input === "string") {
    return input.replaceAll(/<now\+(\d+)s>/g, (_, seconds: string) => utc(now + Number(seconds) * 1000)).replaceAll("<unique>", unique);
  }
  if (Array.isArray(input)) return input.map((member) => fillExample(member, now, unique));
  if (typeof input !== "object" || input === null) return input;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, fillExample(value, now, unique)]));
}
