import type { ExecutionStatus } from "./status.ts";

/** Filter and order of a list of one function's executions. */
export interface ListFilter {
  readonly functionName: string;
  readonly version?: string;
  readonly name?: string;
  readonly status?: ExecutionStatus;
  /** Epoch milliseconds, exclusive. */
  readonly startedAfter?: number;
  readonly startedBefore?: number;
  readonly newestFirst: boolean;
  /** The last execution of the page before. */
  readonly after?: { readonly startedAt: number; readonly id: number };
  /** Leaves out executions whose retention has ended by this moment. */
  readonly notExpiredAt: number;
  readonly limit: number;
}

/** The filter as SQL. */
export function listClause(filter: ListFilter): { clause: string; parameters: (string | number)[] } {
  const terms = ["function_name = ?", "(expires_at IS NULL OR expires_at > ?)"];
  const parameters: (string | number)[] = [filter.functionName, filter.notExpiredAt];
  const add = (term: string, ...values: (string | number)[]) => {
    terms.push(term);
    parameters.push(...values);
  };
  if (filter.version !== undefined) add("version = ?", filter.version);
  if (filter.name !== undefined) add("name = ?", filter.name);
  // SQLite uses the partial index of running executions only for the literal.
  if (filter.status === "RUNNING") add("status = 'RUNNING'");
  else if (filter.status !== undefined) add("status = ?", filter.status);
  if (filter.startedAfter !== undefined) add("started_at > ?", filter.startedAfter);
  if (filter.startedBefore !== undefined) add("started_at < ?", filter.startedBefore);
  if (filter.after !== undefined) add(`(started_at, id) ${filter.newestFirst ? "<" : ">"} (?, ?)`, filter.after.startedAt, filter.after.id);
  const direction = filter.newestFirst ? "DESC" : "ASC";
  return { clause: `${terms.join(" AND ")} ORDER BY started_at ${direction}, id ${direction}`, parameters };
}
