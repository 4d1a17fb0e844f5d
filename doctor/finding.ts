/** How a finding affects a deployment: nothing to do; works, with a limit to know; fails; could not be read. */
export type Level = "ok" | "warning" | "problem" | "unknown";

/** The result of one check. */
export interface Finding {
  /** Stable name, such as `fargate-quota`. */
  readonly check: string;
  readonly level: Level;
  /** What was found, in one or two sentences. */
  readonly found: string;
  /** What to do about it. Every level but `ok` has one. */
  readonly remedy?: string;
}

/** What a check concludes from what it read. */
export type Judgement = Omit<Finding, "check">;

export function ok(found: string): Judgement {
  return { level: "ok", found };
}

export function warning(found: string, remedy: string): Judgement {
  return { level: "warning", found, remedy };
}

export function problem(found: string, remedy: string): Judgement {
  return { level: "problem", found, remedy };
}

export function unknown(found: string, remedy: string): Judgement {
  return { level: "unknown", found, remedy };
}
