/** `*` (any text) or `?` (any character) in a pattern. */
export interface Wildcard {
  readonly repeats: boolean;
  readonly crossesColon: boolean;
}

/** Literal texts and wildcards, in order. */
export type Pattern = readonly (string | Wildcard)[];

/**
 * Whether the whole text matches. Collects every position that the pattern can have reached so far, so that the time grows
 * with the length of pattern and text, and no combination of wildcards makes it explode.
 */
export function matches(pattern: Pattern, text: string): boolean {
  let reached = [0];
  for (const part of pattern) {
    reached = typeof part === "string" ? afterLiteral(reached, part, text) : afterWildcard(reached, part, text);
    if (reached.length === 0) return false;
  }
  return reached.at(-1) === text.length;
}

function afterLiteral(starts: readonly number[], literal: string, text: string): number[] {
  return starts.filter((start) => text.startsWith(literal, start)).map((start) => start + literal.length);
}

function afterWildcard(starts: readonly number[], { repeats, crossesColon }: Wildcard, text: string): number[] {
  const isCovered = (at: number) => at < text.length && (crossesColon || text[at] !== ":");
  if (!repeats) return starts.filter(isCovered).map((start) => start + 1);
  const ends: number[] = [];
  for (const start of starts) {
    if (start <= (ends.at(-1) ?? -1)) continue; // The run of an earlier start ends where this one would.
    let at = start;
    ends.push(at);
    while (isCovered(at)) ends.push(++at);
  }
  return ends;
}
