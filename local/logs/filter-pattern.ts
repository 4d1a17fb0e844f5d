import { AwsError } from "../errors.ts";
import { parseJsonPattern, PatternFault, type MessageMatcher } from "./json-pattern.ts";

/** A filter pattern: of plain terms, each matched anywhere in the message, with case, or of JSON. */
export interface FilterPattern {
  /** `term`: must be there. */
  readonly all: readonly string[];
  /** `?term`: one of them must be there. */
  readonly any: readonly string[];
  /** `-term`: must not be there. */
  readonly none: readonly string[];
  /** `{ $.field = "value" }`: decides about the whole message. */
  readonly json?: MessageMatcher;
}

const TERM = /([?-]?)(?:"([^"]+)"|([\w.:/@#=*+-]+))(?:\s+|$)/y;

/** @throws AwsError InvalidParameterException naming what is unknown, such as space-delimited and regular-expression patterns */
export function parseFilterPattern(text: string): FilterPattern {
  const trimmed = text.trim();
  if (trimmed.startsWith("{") && trimmed.endsWith("}")) return { all: [], any: [], none: [], json: jsonPattern(trimmed) };
  const terms = { all: [] as string[], any: [] as string[], none: [] as string[] };
  TERM.lastIndex = 0;
  while (TERM.lastIndex < trimmed.length) {
    const match = TERM.exec(trimmed);
    if (match === null) {
      throw new AwsError(
        "InvalidParameterException",
        `Invalid filter pattern: the local stack understands terms (word, "some words", ?word, -word) and JSON patterns, not ${trimmed}`,
      );
    }
    const [, sign, quoted, word] = match;
    terms[sign === "?" ? "any" : sign === "-" ? "none" : "all"].push(quoted ?? word ?? "");
  }
  return terms;
}

function jsonPattern(text: string): MessageMatcher {
  try {
    return parseJsonPattern(text);
  } catch (error) {
    if (error instanceof PatternFault) throw new AwsError("InvalidParameterException", `Invalid filter pattern ${text}: ${error.message}.`);
    throw error;
  }
}
