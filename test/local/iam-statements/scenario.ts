import type { Workflows } from "./workflows.ts";

/** What shows that a statement is needed. */
export interface Scenario {
  /** Statements taken away along with it: the fault whose handling needs the statement. */
  readonly fault?: readonly string[];
  /**
   * Runs what needs the statement and checks what comes of it without; that IAM refused for want of it is checked besides.
   *
   * @param since epoch milliseconds at which the statement was taken away
   */
  run(workflows: Workflows, since: number): Promise<unknown>;
}

/** By the statement's id. */
export type Scenarios = Readonly<Record<string, Scenario>>;
