import { stripVTControlCharacters } from "node:util";

const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** Text of others made fit for a terminal: it keeps line breaks and tabs, and can neither move the cursor nor colour. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROL, "");
}

/** As {@link clean}, in one line of at most `width` characters. */
export function oneLine(text: string, width = Infinity): string {
  const line = clean(text).replaceAll(/\s+/g, " ").trim();
  return line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line;
}

/** A value as JSON in one line; text that is not JSON as it is. */
export function compact(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
