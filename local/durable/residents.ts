import type { LiveExecution } from "./live-execution.ts";

/** The executions in memory, by their number in the store and by their ARN. */
export class Residents {
  readonly #byId = new Map<number, LiveExecution>();
  readonly #byArn = new Map<string, LiveExecution>();

  get(id: number): LiveExecution | undefined {
    return this.#byId.get(id);
  }

  find(arn: string): LiveExecution | undefined {
    return this.#byArn.get(arn);
  }

  keep(live: LiveExecution): void {
    this.#byId.set(live.row.id, live);
    this.#byArn.set(live.arn, live);
  }

  drop(live: LiveExecution): void {
    this.#byId.delete(live.row.id);
    this.#byArn.delete(live.arn);
  }
}
