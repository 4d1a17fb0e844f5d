import { AwsError } from "../errors.ts";

/** A filter pattern of plain terms, each matched anywhere in the message, with case. */
export interface FilterPattern {
  /** `term`: must be there. */
  readonly all: readonly string[];
  /** `?term`: one of them must be there. */
  readonly any: readonly string[];
  /** `-term`: must not be there. */
  readonly none: readonly string[];
}

const TERM = /([?-]?)(?:"([^"]+)"|([\w.:/@#=*+-]+))(?:\s+|$)/y;

/** @throws AwsError InvalidParameterException for JSON, space-delimited and regular-expression patterns */
export function parseFilterPattern(text: string): FilterPattern {
  const trimmed = text.trim();
  const terms = { all: [] as string[], any: [] as string[], none: [] as string[] };
  TERM.lastIndex = 0;
  while (TERM.lastIndex < trimmed.length) {
    const match = TERM.exec(trimmed);
    if (match === null) {
      throw new AwsError(
        "InvalidParameterException",
        `Invalid filter pattern: the local stack understands terms only (word, "some words", ?word, -word), not ${trimmed}`,
      );
    }
    const [, sign, quoted, word] = match;
    terms[sign === "?" ? "any" : sign === "-" ? "none" : "all"].push(quoted ?? word ?? "");
  }
  return terms;
}
