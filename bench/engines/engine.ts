import type { Load } from "../load/target.ts";
import type { Summary } from "../statistics.ts";

/** An engine for durable executions, as it is measured. */
export interface Engine {
  readonly name: string;
  /** Executions of some steps one after the other, each of so many milliseconds. */
  steps(load: Load, input: { readonly steps: number; readonly stepMilliseconds: number }): Promise<Summary>;
  /** So many executions at once that each wait for so many seconds. @returns seconds until the last has answered */
  waits(count: number, seconds: number): Promise<number>;
  /** Resident memory of all its processes, the handlers' included, MiB. */
  memory(): number;
  stop(): Promise<void>;
}
