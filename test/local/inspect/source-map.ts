const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent: readonly (string | null)[];
  readonly mappings: string;
}

/** Zero-based, as the inspector protocol has it. */
export interface Position {
  readonly lineNumber: number;
  readonly columnNumber: number;
}

/** Reads the source map that a script carries in its address. */
export function parseSourceMap(url: string): SourceMap {
  return JSON.parse(Buffer.from(url.slice(url.indexOf(",") + 1), "base64").toString("utf8")) as SourceMap;
}

/** The first position in the bundle that a line of a source became, if the source has been bundled. @param line from 0 */
export function positionOf(map: SourceMap, source: string, line: number): Position | undefined {
  return segments(map).find((segment) => map.sources[segment.source] === source && segment.line === line)?.at;
}

/** The source and the line, from 0, that a position in the bundle came from. */
export function originOf(map: SourceMap, { lineNumber, columnNumber }: Position): { source: string | undefined; line: number } | undefined {
  const before = segments(map).filter(({ at }) => at.lineNumber === lineNumber && at.columnNumber <= columnNumber);
  const last = before.at(-1);
  return last && { source: map.sources[last.source], line: last.line };
}

/** Decodes the mappings (ECMA-426). */
function segments({ mappings }: SourceMap): { at: Position; source: number; line: number }[] {
  const all: { at: Position; source: number; line: number }[] = [];
  let [source, line] = [0, 0];
  for (const [lineNumber, row] of mappings.split(";").entries()) {
    let columnNumber = 0;
    for (const text of row.split(",").filter(Boolean)) {
      const [column = 0, ofSource, ofLine = 0] = numbers(text);
      columnNumber += column;
      if (ofSource === undefined) continue;
      source += ofSource;
      line += ofLine;
      all.push({ at: { lineNumber, columnNumber }, source, line });
    }
  }
  return all;
}

function numbers(text: string): number[] {
  const values: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    values.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return values;
}
