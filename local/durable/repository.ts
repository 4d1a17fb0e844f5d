import type { Store } from "../store/store.ts";
import type { ExecutionAddress } from "./execution-arn.ts";
import { isVisible, type RecordedEvent } from "./machine/event.ts";
import { listClause, type ListFilter } from "./list-clause.ts";
import type { ExecutionState } from "./machine/state.ts";
import { parseRecordedEvents } from "./recorded-events.ts";
import type { EndStatus, ExecutionStatus } from "./status.ts";

/** How an execution came to be: by an Invoke somebody waits for, by an event, or by another execution. */
export type Origin = "RequestResponse" | "Event" | "Chained";

/** An execution as it is found, without its events. */
export interface ExecutionRow extends ExecutionAddress {
  readonly id: number;
  readonly origin: Origin;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Whether an invocation is due or in flight. */
  readonly active: 0 | 1;
  readonly nextDue: number;
  readonly expiresAt: number | null;
  /** The execution and operation that started this one by a chained invoke. */
  readonly parent: number | null;
  readonly parentOperation: string | null;
}

/** The last pause of an execution. */
export interface PauseRow {
  /** Time at which the execution times out. */
  readonly deadline: number;
  /** `null` after the resume. */
  readonly requestedAt: number | null;
  readonly reason: string | null;
  readonly timeoutPaused: 0 | 1;
}

/** A plain function that a chained invoke has started and that has not answered yet. */
export interface FunctionInvoke {
  readonly execution: number;
  readonly operation: string;
  readonly functionArn: string;
  readonly input: string;
}

const COLUMNS = `id, execution_id AS executionId, name, function_name AS functionName, version, origin, status,
  started_at AS startedAt, ended_at AS endedAt, active, next_due AS nextDue, expires_at AS expiresAt,
  parent, parent_operation AS parentOperation`;

/** Executions and their events in the store. Rows come back just as {@link COLUMNS} name them, hence the casts. */
export class DurableRepository {
  readonly #store: Store;
  readonly #followers = new Set<(id: number) => void>();
  #lastId: number;

  constructor(store: Store) {
    this.#store = store;
    this.#lastId = Number(store.prepare("SELECT coalesce(max(id), 0) AS id FROM durable_executions").get()?.id);
  }

  insert(row: Omit<ExecutionRow, "id" | "status" | "endedAt" | "expiresAt" | "active">): ExecutionRow {
    const { executionId, name, functionName, version, origin, startedAt, nextDue, parent, parentOperation } = row;
    const id = ++this.#lastId;
    this.#store.run(
      `INSERT INTO durable_executions (id, execution_id, name, function_name, version, origin, status, started_at, active, next_due, parent, parent_operation)
       VALUES (?, ?, ?, ?, ?, ?, 'RUNNING', ?, 1, ?, ?, ?)`,
      id, executionId, name, functionName, version, origin, startedAt, nextDue, parent, parentOperation,
    );
    return { ...row, id, status: "RUNNING", endedAt: null, expiresAt: null, active: 1 };
  }

  /** @param eventCount EventId of the last visible one of these events */
  append(id: number, eventCount: number, events: readonly RecordedEvent[]): void {
    let visible = 0;
    for (const event of events) if (isVisible(event)) visible++;
    this.#store.run(
      `INSERT INTO durable_events (execution, first_event, entry, events)
       VALUES (?1, ?2, (SELECT coalesce(max(entry), 0) + 1 FROM durable_events WHERE execution = ?1 AND first_event = ?2), ?3)`,
      id, eventCount - visible + 1, JSON.stringify(events),
    );
    for (const follow of this.#followers) follow(id);
  }

  /** Tells of each execution to which something happens. @returns what ends it */
  follow(follower: (id: number) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Records the status of an open execution, with what GetDurableExecution shows of its pause. */
  setStatus(id: number, status: ExecutionStatus, { pause, deadline }: Pick<ExecutionState, "pause" | "deadline">): void {
    this.#store.run("UPDATE durable_executions SET status = ? WHERE id = ?", status, id);
    this.#store.run(
      "INSERT OR REPLACE INTO durable_pauses (execution, deadline, requested_at, reason, timeout_paused) VALUES (?, ?, ?, ?, ?)",
      id, deadline, pause?.at ?? null, pause?.reason ?? null, Number(pause?.timeoutPaused ?? false),
    );
  }

  /** Undefined for an execution that was never paused. */
  pauseOf(id: number): PauseRow | undefined {
    return this.#store
      .prepare("SELECT deadline, requested_at AS requestedAt, reason, timeout_paused AS timeoutPaused FROM durable_pauses WHERE execution = ?")
      .get(id) as unknown as PauseRow | undefined;
  }

  /** Gives an ended execution the status DELETING until its retention ends at `expiresAt`. */
  startDeleting(id: number, expiresAt: number): void {
    this.#store.run("UPDATE durable_executions SET status = 'DELETING', expires_at = ? WHERE id = ?", expiresAt, id);
    for (const follow of this.#followers) follow(id);
  }

  activate(id: number): void {
    this.#store.run("UPDATE durable_executions SET active = 1 WHERE id = ?", id);
  }

  suspend(id: number, nextDue: number): void {
    this.#store.run("UPDATE durable_executions SET active = 0, next_due = ? WHERE id = ?", nextDue, id);
  }

  close(id: number, status: ExecutionStatus, endedAt: number, expiresAt: number): void {
    this.#store.run(
      "UPDATE durable_executions SET status = ?, ended_at = ?, expires_at = ?, active = 0 WHERE id = ?",
      status, endedAt, expiresAt, id,
    );
  }

  get(id: number): ExecutionRow | undefined {
    return this.#store.prepare(`SELECT ${COLUMNS} FROM durable_executions WHERE id = ?`).get(id) as unknown as ExecutionRow | undefined;
  }

  find(functionName: string, name: string): ExecutionRow | undefined {
    return this.#store
      .prepare(`SELECT ${COLUMNS} FROM durable_executions WHERE function_name = ? AND name = ?`)
      .get(functionName, name) as unknown as ExecutionRow | undefined;
  }

  list(filter: ListFilter): ExecutionRow[] {
    const { clause, parameters } = listClause(filter);
    return this.#store
      .prepare(`SELECT ${COLUMNS} FROM durable_executions WHERE ${clause} LIMIT ?`)
      .all(...parameters, filter.limit) as unknown as ExecutionRow[];
  }

  /** Executions that have not ended, oldest first. */
  open(): Iterable<Pick<ExecutionRow, "id" | "status" | "active" | "nextDue" | "functionName" | "version">> {
    const columns = "id, status, active, next_due AS nextDue, function_name AS functionName, version";
    return this.#store
      .prepare(
        `SELECT ${columns} FROM durable_executions WHERE status = 'RUNNING'
         UNION ALL SELECT ${columns} FROM durable_executions WHERE status IN ('PAUSING', 'PAUSED') ORDER BY id`,
      )
      .all() as unknown as ExecutionRow[];
  }

  /** Moves the events of an execution that cannot be read out of the way. */
  setAsideEvents(id: number, reason: string): void {
    this.#store.run(
      "INSERT INTO set_aside SELECT 'durable_events', execution || '/' || first_event || '/' || entry, events, ? FROM durable_events WHERE execution = ?",
      reason, id,
    );
    this.#store.run("DELETE FROM durable_events WHERE execution = ?", id);
  }

  /** Records the events of an ended execution whose own events were set aside. An execution that is being deleted keeps its status. */
  replace({ id, status }: ExecutionRow, newStatus: EndStatus, eventCount: number, events: readonly RecordedEvent[]): void {
    this.append(id, eventCount, events);
    if (status !== "DELETING") this.#store.run("UPDATE durable_executions SET status = ? WHERE id = ?", newStatus, id);
  }

  /** Every event of the execution, in order. @throws DamagedRecordError */
  *events(id: number): Generator<RecordedEvent> {
    const rows = this.#store.prepare("SELECT events FROM durable_events WHERE execution = ? ORDER BY first_event, entry").all(id);
    for (const { events } of rows) yield* parseRecordedEvents(events as string);
  }

  /** The first events of the execution, or the last. @throws DamagedRecordError */
  edge(id: number, which: "first" | "last"): RecordedEvent[] {
    const order = which === "first" ? "first_event, entry" : "first_event DESC, entry DESC";
    const row = this.#store.prepare(`SELECT events FROM durable_events WHERE execution = ? ORDER BY ${order} LIMIT 1`).get(id);
    return row === undefined ? [] : parseRecordedEvents(row.events as string);
  }

  /** Visible events with their EventIds, from one on in either direction, until the caller has enough. @throws DamagedRecordError */
  *history(id: number, from: number, reverse: boolean): Generator<{ readonly eventId: number; readonly event: RecordedEvent }> {
    const rows = this.#store
      .prepare(
        reverse
          ? "SELECT first_event AS first, events FROM durable_events WHERE execution = ? AND first_event <= ? ORDER BY first_event DESC, entry DESC"
          : `SELECT first_event AS first, events FROM durable_events WHERE execution = ?1 AND first_event >=
             (SELECT coalesce(max(first_event), 1) FROM durable_events WHERE execution = ?1 AND first_event <= ?2) ORDER BY first_event, entry`,
      )
      .iterate(id, from);
    for (const { first, events } of rows) {
      const numbered = parseRecordedEvents(events as string)
        .filter(isVisible)
        .map((event, index) => ({ eventId: (first as number) + index, event }));
      yield* reverse ? numbered.reverse().filter(({ eventId }) => eventId <= from) : numbered.filter(({ eventId }) => eventId >= from);
    }
  }

  /** Deletes executions whose retention has ended. @returns how many */
  deleteExpired(now: number, limit: number): number {
    const expired = this.#store.prepare("SELECT id FROM durable_executions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?").all(now, limit);
    for (const { id } of expired) this.delete(id as number);
    return expired.length;
  }

  delete(id: number): void {
    this.#store.run("DELETE FROM durable_events WHERE execution = ?", id);
    this.#store.run("DELETE FROM durable_pauses WHERE execution = ?", id);
    this.#store.run("DELETE FROM durable_executions WHERE id = ?", id);
  }

  addFunctionInvoke(invoke: FunctionInvoke): void {
    this.#store.run(
      "INSERT INTO durable_function_invokes (execution, operation, function_arn, input) VALUES (?, ?, ?, ?)",
      invoke.execution, invoke.operation, invoke.functionArn, invoke.input,
    );
  }

  removeFunctionInvoke(execution: number, operation: string): void {
    this.#store.run("DELETE FROM durable_function_invokes WHERE execution = ? AND operation = ?", execution, operation);
  }

  functionInvokes(): FunctionInvoke[] {
    return this.#store
      .prepare("SELECT execution, operation, function_arn AS functionArn, input FROM durable_function_invokes")
      .all() as unknown as FunctionInvoke[];
  }
}
