/** What is told of many durations. */
export interface Summary {
  readonly count: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** The largest of what was seen. */
export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

/** The value that a share of all values does not exceed, by nearest rank. @param share 0 to 1 @throws RangeError for no values */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError("There is no percentile of nothing.");
  return value;
}

/** @param milliseconds of each @param seconds that all took together */
export function summarize(milliseconds: readonly number[], seconds: number): Summary {
  const sorted = Float64Array.from(milliseconds).sort();
  return { count: sorted.length, seconds, perSecond: sorted.length / seconds, p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) };
}
