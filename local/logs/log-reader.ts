import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { FilterPattern } from "./filter-pattern.ts";

export interface LogGroup {
  readonly name: string;
  readonly arn: string;
  readonly retentionInDays: number;
  readonly createdAt: number;
  readonly bytes: number;
}

export interface LogStream {
  readonly name: string;
  readonly createdAt: number;
  readonly firstEventAt: number;
  readonly lastEventAt: number;
  readonly lastIngestedAt: number;
}

export interface LogEvent {
  readonly id: number;
  readonly streamName: string;
  readonly timestamp: number;
  readonly ingestedAt: number;
  readonly message: string;
}

/** A place between two events: events are ordered by time, those of one millisecond as they came. */
export interface LogPosition {
  readonly timestamp: number;
  readonly id: number;
}

export interface LogQuery {
  readonly groupName: string;
  /** All streams when absent. */
  readonly streamNames?: readonly string[];
  readonly streamNamePrefix?: string;
  /** Inclusive, epoch milliseconds. */
  readonly startTime?: number;
  /** Exclusive, epoch milliseconds. */
  readonly endTime?: number;
  readonly pattern?: FilterPattern;
  readonly after?: LogPosition;
  readonly before?: LogPosition;
  /** The newest events instead of the oldest; the answer is in order of time either way. */
  readonly newest?: boolean;
  readonly limit: number;
}

/** Reading the log groups. Rows are cast, not parsed: the tables are the log store's own. */
export class LogReader {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  groups(): LogGroup[] {
    return this.#database
      .prepare("SELECT name, arn, retention_days AS retentionInDays, created_at AS createdAt, bytes FROM log_groups ORDER BY name")
      .all() as unknown as LogGroup[];
  }

  /** Ordered by name. */
  streams(groupName: string): LogStream[] {
    return this.#database
      .prepare(
        `SELECT name, created_at AS createdAt, first_event_at AS firstEventAt, last_event_at AS lastEventAt, last_ingested_at AS lastIngestedAt
         FROM log_streams WHERE group_name = ? ORDER BY name`,
      )
      .all(groupName) as unknown as LogStream[];
  }

  events(query: LogQuery): LogEvent[] {
    const conditions = new Conditions();
    conditions.add("e.group_name = ?", query.groupName);
    if (query.streamNames !== undefined) {
      conditions.add("s.name IN (SELECT value FROM json_each(?))", JSON.stringify(query.streamNames));
    }
    if (query.streamNamePrefix !== undefined) conditions.add("instr(s.name, ?) = 1", query.streamNamePrefix);
    if (query.startTime !== undefined) conditions.add("e.timestamp >= ?", query.startTime);
    if (query.endTime !== undefined) conditions.add("e.timestamp < ?", query.endTime);
    if (query.after !== undefined) conditions.add("(e.timestamp, e.id) > (?, ?)", query.after.timestamp, query.after.id);
    if (query.before !== undefined) conditions.add("(e.timestamp, e.id) < (?, ?)", query.before.timestamp, query.before.id);
    addPattern(conditions, query.pattern);
    const { json } = query.pattern ?? {};
    if (json !== undefined) {
      // Of this query: each one that has a JSON pattern gives the function its own meaning.
      this.#database.function("matches_pattern", (message) => Number(json(String(message))));
      conditions.add("matches_pattern(e.message)");
    }
    const order = query.newest === true ? "DESC" : "ASC";
    const events = this.#database
      .prepare(
        `SELECT e.id, s.name AS streamName, e.timestamp, e.ingested_at AS ingestedAt, e.message
         FROM log_events e JOIN log_streams s ON s.id = e.stream_id
         WHERE ${conditions.sql} ORDER BY e.timestamp ${order}, e.id ${order} LIMIT ?`,
      )
      .all(...conditions.parameters, query.limit) as unknown as LogEvent[];
    return query.newest === true ? events.reverse() : events;
  }
}

class Conditions {
  readonly #clauses: string[] = [];
  readonly parameters: SQLInputValue[] = [];

  get sql(): string {
    return this.#clauses.join(" AND ");
  }

  add(clause: string, ...parameters: SQLInputValue[]): void {
    this.#clauses.push(clause);
    this.parameters.push(...parameters);
  }
}

function addPattern(conditions: Conditions, pattern: FilterPattern | undefined): void {
  if (pattern === undefined) return;
  for (const term of pattern.all) conditions.add("instr(e.message, ?) > 0", term);
  for (const term of pattern.none) conditions.add("instr(e.message, ?) = 0", term);
  if (pattern.any.length > 0) {
    conditions.add(`(${pattern.any.map(() => "instr(e.message, ?) > 0").join(" OR ")})`, ...pattern.any);
  }
}
