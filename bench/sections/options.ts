/** How long the bench may take. */
export interface BenchOptions {
  /** Of each load, after the warm-up. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly clients: readonly number[];
  /** Executions open in the store at the start that is measured. */
  readonly openExecutions: number;
  /** Of a handler, one after the other. */
  readonly saves: number;
  /** Told what is being measured. */
  readonly progress: (line: string) => void;
}

export const FULL = { seconds: 10, warmUpSeconds: 4, clients: [1, 32, 128], openExecutions: 10_000, saves: 200 } as const;
export const QUICK = { seconds: 3, warmUpSeconds: 2, clients: [1, 128], openExecutions: 1_000, saves: 20 } as const;
