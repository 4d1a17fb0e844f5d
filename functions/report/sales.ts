export interface Sales {
  readonly source: string;
  readonly amounts: readonly number[];
}

/** The figures to report on. A sample: replace it with the call that fetches yours. */
export async function fetchSales(): Promise<Sales> {
  return { source: "sample-sales", amounts: [120, 80.5, 42.25, 310, 7.25] };
}
