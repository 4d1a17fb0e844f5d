import type { StackContext } from "./stack-context.ts";

/** One case of a demo run: a workflow on real input, and what it must have done. */
export interface DemoCase {
  readonly title: string;
  /**
   * @param report shows what the case is doing, in one line
   * @throws Error when the workflow did not do what it should
   */
  run(context: StackContext, report: (line: string) => void): Promise<DemoOutcome>;
}

export interface DemoOutcome {
  /** How the execution ended. */
  readonly status: string;
  /** The part of the result worth a line. */
  readonly summary: string;
}
