import type { Identity } from "../identity.ts";
import type { Store } from "../store/store.ts";
import { failedEvents } from "./damaged-record.ts";
import { executionArn } from "./execution-arn.ts";
import type { RecordedEvent } from "./machine/event.ts";
import { DamagedRecordError } from "./recorded-events.ts";
import { DurableRepository, type ExecutionRow } from "./repository.ts";
import type { ExecutionStatus } from "./status.ts";

/** What people look for among the executions of all functions. */
export interface BrowseFilter {
  readonly functionName?: string;
  readonly status?: ExecutionStatus;
  /** Epoch milliseconds: started at or after. */
  readonly since?: number;
  /** Started before. */
  readonly until?: number;
  /** Part of a name, an id or a function name, or an ARN. */
  readonly text?: string;
}

type Parameter = string | number;

/** Reading executions across functions, which the Lambda API has no operation for. */
export class ExecutionBrowser {
  readonly #store: Store;
  readonly #identity: Identity;
  readonly #repository: DurableRepository;

  constructor({ store, identity }: { store: Store; identity: Identity }) {
    this.#store = store;
    this.#identity = identity;
    this.#repository = new DurableRepository(store);
  }

  arnOf(row: ExecutionRow): string {
    return executionArn(this.#identity, row);
  }

  /** Newest first. @param now executions whose retention has ended by then are left out */
  list(filter: BrowseFilter, page: { readonly now: number; readonly offset: number; readonly limit: number }): ExecutionRow[] {
    const { where, parameters } = clause(filter, page.now);
    const ids = this.#store
      .prepare(`SELECT id FROM durable_executions WHERE ${where} ORDER BY id DESC LIMIT ? OFFSET ?`)
      .all(...parameters, page.limit, page.offset);
    return ids.flatMap(({ id }) => this.#repository.get(Number(id)) ?? []);
  }

  count(filter: BrowseFilter, now: number): number {
    const { where, parameters } = clause(filter, now);
    return Number(this.#store.prepare(`SELECT count(*) AS count FROM durable_executions WHERE ${where}`).get(...parameters)?.count);
  }

  get(id: number): ExecutionRow | undefined {
    return this.#repository.get(id);
  }

  /** In one search through all executions. */
  byExecutionIds(executionIds: readonly string[]): ReadonlyMap<string, ExecutionRow> {
    const ids = this.#store.prepare("SELECT id FROM durable_executions WHERE execution_id IN (SELECT value FROM json_each(?))").all(JSON.stringify(executionIds));
    const rows = ids.flatMap(({ id }) => this.#repository.get(Number(id)) ?? []);
    return new Map(rows.map((row) => [row.executionId, row]));
  }

  byExecutionId(executionId: string): ExecutionRow | undefined {
    return this.list({ text: executionId }, { now: 0, offset: 0, limit: 1 })[0];
  }

  events(id: number): readonly RecordedEvent[] {
    return this.#unlessDamaged(id, () => [...this.#repository.events(id)]);
  }

  /** The last events: how a closed execution ended. */
  lastEvents(id: number): readonly RecordedEvent[] {
    return this.#unlessDamaged(id, () => this.#repository.edge(id, "last"));
  }

  /** The events that are read, or those of the execution's failure. The engine records the failure when it next loads the execution. */
  #unlessDamaged(id: number, read: () => RecordedEvent[]): readonly RecordedEvent[] {
    try {
      return read();
    } catch (error) {
      const row = this.#repository.get(id);
      if (row === undefined || !(error instanceof DamagedRecordError)) throw error;
      return failedEvents(row, error);
    }
  }

  /** Running executions that have opened a callback, whether or not it is still open; newest first. */
  withCallbacks(limit: number): ExecutionRow[] {
    const rows = this.#store
      .prepare(
        `SELECT x.id FROM durable_executions x WHERE x.status = 'RUNNING' AND EXISTS
         (SELECT 1 FROM durable_events v WHERE v.execution = x.id AND instr(v.events, '"CallbackStarted"') > 0) ORDER BY x.id DESC LIMIT ?`,
      )
      .all(limit);
    return rows.flatMap(({ id }) => this.#repository.get(Number(id)) ?? []);
  }
}

function clause(filter: BrowseFilter, now: number): { where: string; parameters: Parameter[] } {
  const terms = ["(expires_at IS NULL OR expires_at > ?)"];
  const parameters: Parameter[] = [now];
  const add = (term: string, ...values: Parameter[]) => {
    terms.push(term);
    parameters.push(...values);
  };
  if (filter.functionName !== undefined) add("function_name = ?", filter.functionName);
  if (filter.status !== undefined) add("status = ?", filter.status);
  if (filter.since !== undefined) add("started_at >= ?", filter.since);
  if (filter.until !== undefined) add("started_at < ?", filter.until);
  const text = filter.text?.trim();
  if (text !== undefined && text !== "") {
    // An ARN ends in the execution's name and id.
    const id = text.includes("/durable-execution/") ? text.slice(text.lastIndexOf("/") + 1) : text;
    add("(instr(lower(name), lower(?)) > 0 OR instr(execution_id, lower(?)) > 0 OR instr(function_name, lower(?)) > 0)", id, id, id);
  }
  return { where: terms.join(" AND "), parameters };
}
