import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../clock.ts";
import type { StackDeclaration } from "../declarations.ts";
import { UserError } from "../errors.ts";
import { isFatal } from "../store/sqlite-file.ts";
import { LogReader } from "./log-reader.ts";
import type { LogSink } from "./log-sink.ts";

export interface LogLine {
  readonly timestamp: number;
  readonly message: string;
}

/** Told of lines as they come, before they are stored. */
export type LogListener = (groupName: string, streamName: string, lines: readonly LogLine[]) => void;

interface Batch {
  readonly lines: { readonly streamName: string; readonly line: LogLine }[];
  dropped: number;
}

const FLUSH_INTERVAL_MS = 50;
const SWEEP_INTERVAL_MS = 60_000;
const DAY_MS = 86_400_000;
/** CloudWatch Logs takes no longer event. */
const LONGEST_MESSAGE_BYTES = 256 * 1024;
/** What a group may add in one interval: a program that prints without end must not take the stack's time. */
const LINES_PER_FLUSH = 2_000;
const DEFAULT_GROUP_BYTES = 64 * 1024 * 1024;

const schema = `
  CREATE TABLE IF NOT EXISTS log_groups (
    name TEXT PRIMARY KEY, arn TEXT NOT NULL, retention_days INTEGER NOT NULL, created_at INTEGER NOT NULL, bytes INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS log_streams (
    id INTEGER PRIMARY KEY, group_name TEXT NOT NULL REFERENCES log_groups ON DELETE CASCADE, name TEXT NOT NULL,
    created_at INTEGER NOT NULL, first_event_at INTEGER NOT NULL, last_event_at INTEGER NOT NULL, last_ingested_at INTEGER NOT NULL,
    UNIQUE (group_name, name)
  );
  CREATE TABLE IF NOT EXISTS log_events (
    id INTEGER PRIMARY KEY AUTOINCREMENT, group_name TEXT NOT NULL REFERENCES log_groups ON DELETE CASCADE,
    stream_id INTEGER NOT NULL REFERENCES log_streams ON DELETE CASCADE,
    timestamp INTEGER NOT NULL, ingested_at INTEGER NOT NULL, message TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS log_events_by_time ON log_events (group_name, timestamp, id);
  CREATE INDEX IF NOT EXISTS log_events_by_stream ON log_events (stream_id, timestamp, id);
`;

/**
 * Log groups in a file of their own, so that logging never waits for, nor delays, what must survive a kill: lines are
 * written in batches and without fsync, and a kill loses at most the last 50 ms of them. Each group is bounded; its oldest
 * lines go first.
 */
export class LogStore implements LogSink {
  /** What has been written so far; call {@link flush} first to see the newest lines. */
  readonly reader: LogReader;
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #maximumGroupBytes: number;
  readonly #groups = new Set<string>();
  readonly #pending = new Map<string, Batch>();
  readonly #listeners = new Set<LogListener>();
  #timer: NodeJS.Timeout | undefined;
  #sweptAt = 0;

  /**
   * @param options.file path of the SQLite file, or `:memory:`
   * @param options.maximumGroupBytes how much text a log group keeps; default 64 MiB
   * @throws UserError when the file cannot be used
   */
  constructor(options: { file: string; clock: Clock; maximumGroupBytes?: number }) {
    this.#database = open(options.file);
    this.#clock = options.clock;
    this.#maximumGroupBytes = options.maximumGroupBytes ?? DEFAULT_GROUP_BYTES;
    this.reader = new LogReader(this.#database);
    for (const { name } of this.reader.groups()) this.#groups.add(name);
  }

  /** Takes up the declared groups; the lines of groups that are neither declared nor a function's go. */
  apply({ logGroups, functions = [] }: Pick<StackDeclaration, "logGroups"> & Partial<Pick<StackDeclaration, "functions">>): void {
    this.flush();
    const declared = new Set([...logGroups.map(({ name }) => name), ...functions.map(({ logGroupName }) => logGroupName)]);
    for (const name of [...this.#groups].filter((group) => !declared.has(group))) {
      this.#database.prepare("DELETE FROM log_groups WHERE name = ?").run(name);
      this.#groups.delete(name);
    }
    const upsert = this.#database.prepare(
      `INSERT INTO log_groups VALUES (?, ?, ?, ?, 0)
       ON CONFLICT (name) DO UPDATE SET arn = excluded.arn, retention_days = excluded.retention_days`,
    );
    for (const group of logGroups) {
      upsert.run(group.name, group.arn, group.retentionInDays, this.#clock.now());
      this.#groups.add(group.name);
    }
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name);
  }

  /** Creates a group whose lines are kept for ever, as CreateLogGroup does. */
  createGroup(name: string, groupArn: string): void {
    try {
      this.#database.prepare("INSERT INTO log_groups VALUES (?, ?, 0, ?, 0)").run(name, groupArn, this.#clock.now());
      this.#groups.add(name);
    } catch (error) {
      // As in flush: a full disk costs lines, not the stack.
      if (!isFatal(error)) throw error;
    }
  }

  append(groupName: string, streamName: string, lines: readonly LogLine[]): void {
    if (!this.#groups.has(groupName) || lines.length === 0) return;
    for (const listener of this.#listeners) listener(groupName, streamName, lines);
    let batch = this.#pending.get(groupName);
    if (batch === undefined) {
      batch = { lines: [], dropped: 0 };
      this.#pending.set(groupName, batch);
    }
    for (const line of lines) {
      if (batch.lines.length < LINES_PER_FLUSH) batch.lines.push({ streamName, line });
      else batch.dropped += 1;
    }
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_INTERVAL_MS).unref();
  }

  /** Shows lines live, of every group. Returns what ends it. */
  follow(listener: LogListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes what is waiting. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.size === 0) return;
    this.#database.exec("BEGIN");
    try {
      for (const [groupName, batch] of this.#pending) this.#write(groupName, batch);
      if (this.#clock.now() - this.#sweptAt >= SWEEP_INTERVAL_MS) this.#sweep();
      this.#database.exec("COMMIT");
    } catch {
      // A full disk costs lines, not the stack: what must not be lost is in the store, which reports it.
      // SQLite rolls back by itself after some errors, a full disk among them.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    }
    this.#pending.clear();
  }

  /** Writes what is waiting and closes the file. */
  close(): void {
    this.flush();
    this.#listeners.clear();
    this.#database.close();
  }

  #write(groupName: string, batch: Batch): void {
    const now = this.#clock.now();
    const last = batch.lines.at(-1);
    if (batch.dropped > 0 && last !== undefined) {
      const message = `${batch.dropped} lines dropped: the group wrote more than ${LINES_PER_FLUSH} lines in ${FLUSH_INTERVAL_MS} ms.`;
      batch.lines.push({ streamName: last.streamName, line: { timestamp: last.line.timestamp, message } });
    }
    const upsertStream = this.#database.prepare(
      `INSERT INTO log_streams (group_name, name, created_at, first_event_at, last_event_at, last_ingested_at) VALUES (?1, ?2, ?3, ?4, ?5, ?3)
       ON CONFLICT DO UPDATE SET first_event_at = min(first_event_at, ?4), last_event_at = max(last_event_at, ?5), last_ingested_at = ?3
       RETURNING id`,
    );
    const insert = this.#database.prepare(
      "INSERT INTO log_events (group_name, stream_id, timestamp, ingested_at, message) VALUES (?, ?, ?, ?, ?)",
    );
    let bytes = 0;
    for (const [streamName, lines] of Map.groupBy(batch.lines, (line) => line.streamName)) {
      const timestamps = lines.map(({ line }) => line.timestamp);
      const id = upsertStream.get(groupName, streamName, now, Math.min(...timestamps), Math.max(...timestamps))?.["id"] ?? null;
      for (const { line } of lines) {
        const message = shorten(line.message);
        insert.run(groupName, id, line.timestamp, now, message);
        bytes += Buffer.byteLength(message);
      }
    }
    const total = this.#database.prepare("UPDATE log_groups SET bytes = bytes + ? WHERE name = ? RETURNING bytes").get(bytes, groupName);
    if (Number(total?.["bytes"]) > this.#maximumGroupBytes) this.#dropOldestTenth(groupName);
  }

  #dropOldestTenth(groupName: string): void {
    const count = Number(
      this.#database.prepare("SELECT count(*) AS count FROM log_events WHERE group_name = ?").get(groupName)?.["count"],
    );
    this.#delete(
      "id IN (SELECT id FROM log_events WHERE group_name = ? ORDER BY timestamp, id LIMIT ?)",
      groupName,
      groupName,
      Math.ceil(count / 10),
    );
  }

  #sweep(): void {
    const now = this.#clock.now();
    this.#sweptAt = now;
    for (const group of this.reader.groups()) {
      // Without a retention lines never expire.
      if (group.retentionInDays === 0) continue;
      const oldest = now - group.retentionInDays * DAY_MS;
      this.#delete("group_name = ? AND timestamp < ?", group.name, group.name, oldest);
      this.#database.prepare("DELETE FROM log_streams WHERE group_name = ? AND last_event_at < ?").run(group.name, oldest);
    }
  }

  #delete(where: string, groupName: string, ...parameters: (string | number)[]): void {
    const deleted = this.#database.prepare(`DELETE FROM log_events WHERE ${where} RETURNING octet_length(message) AS bytes`).all(...parameters);
    const bytes = deleted.reduce((sum, row) => sum + Number(row["bytes"]), 0);
    if (bytes > 0) this.#database.prepare("UPDATE log_groups SET bytes = bytes - ? WHERE name = ?").run(bytes, groupName);
  }
}

function shorten(message: string): string {
  if (Buffer.byteLength(message) <= LONGEST_MESSAGE_BYTES) return message;
  return Buffer.from(message).subarray(0, LONGEST_MESSAGE_BYTES).toString("utf8");
}

function open(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON");
    database.exec(schema);
    return database;
  } catch (error) {
    throw isFatal(error) ? new UserError(`${file} cannot be used: ${(error as Error).message}. Delete it to go on: only logs are lost.`, { cause: error }) : error;
  }
}
