/** A target and whether this run has met it. */
export interface Check {
  readonly name: string;
  /** What was measured, as it is shown. */
  readonly figure: string;
  readonly target: string;
  /** `unknown` where a peer it is relative to could not run. */
  readonly outcome: "met" | "missed" | "unknown";
}

/** A part of the report. */
export interface Section {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly notes: readonly string[];
  readonly checks: readonly Check[];
}

/** A figure that is to be at most, or at least, so much. */
export function check(
  name: string,
  figure: number | undefined,
  relation: "at most" | "at least",
  bound: number | undefined,
  unit: string,
): Check {
  const target = `${relation} ${bound === undefined ? "?" : rounded(bound)} ${unit}`;
  if (figure === undefined || bound === undefined) return { name, figure: figure === undefined ? "?" : `${rounded(figure)} ${unit}`, target, outcome: "unknown" };
  const met = relation === "at most" ? figure <= bound : figure >= bound;
  return { name, figure: `${rounded(figure)} ${unit}`, target, outcome: met ? "met" : "missed" };
}

/** Three significant digits, whole from 100 on. */
export function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
