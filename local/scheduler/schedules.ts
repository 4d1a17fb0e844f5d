import type { ScheduleDeclaration } from "../declarations.ts";
import type { Store } from "../store/store.ts";
import type { Firing } from "./timing.ts";

export const schema = `
  CREATE TABLE IF NOT EXISTS scheduler_groups (
    name TEXT PRIMARY KEY, arn TEXT NOT NULL, created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS scheduler_schedules (
    arn TEXT PRIMARY KEY, group_name TEXT NOT NULL REFERENCES scheduler_groups ON DELETE CASCADE, name TEXT NOT NULL,
    definition TEXT NOT NULL, created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL, anchor INTEGER NOT NULL,
    last_moment INTEGER, next_moment INTEGER, fire_at INTEGER, UNIQUE (group_name, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS scheduler_retries (
    execution_id TEXT PRIMARY KEY, schedule_arn TEXT NOT NULL REFERENCES scheduler_schedules ON DELETE CASCADE,
    moment INTEGER NOT NULL, attempts INTEGER NOT NULL, first_attempt_at INTEGER NOT NULL, due_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS scheduler_retries_of_schedule ON scheduler_retries (schedule_arn);
  CREATE TABLE IF NOT EXISTS scheduler_declared (arn TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS scheduler_client_tokens (
    token TEXT PRIMARY KEY, request TEXT NOT NULL, arn TEXT NOT NULL, created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

export interface ScheduleGroup {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
}

export interface Schedule {
  readonly definition: ScheduleDeclaration;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Where a rate without start date counts from. */
  readonly anchor: number;
  /** The latest moment that fired. */
  readonly lastMoment: number | undefined;
  /** What fires next; nothing when the schedule is disabled or at its end. */
  readonly next: Firing | undefined;
}

/** An invocation that failed and is tried again. */
export interface Retry {
  /** Of the attempt that failed last. */
  readonly executionId: string;
  readonly scheduleArn: string;
  readonly moment: number;
  /** Made so far. */
  readonly attempts: number;
  readonly firstAttemptAt: number;
  readonly dueAt: number;
}

interface ScheduleRow {
  readonly definition: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly anchor: number;
  readonly lastMoment: number | null;
  readonly nextMoment: number | null;
  readonly fireAt: number | null;
}

const SELECT_SCHEDULE = `SELECT definition, created_at AS createdAt, modified_at AS modifiedAt, anchor, last_moment AS lastMoment,
  next_moment AS nextMoment, fire_at AS fireAt FROM scheduler_schedules`;
const SELECT_RETRY = `SELECT execution_id AS executionId, schedule_arn AS scheduleArn, moment, attempts,
  first_attempt_at AS firstAttemptAt, due_at AS dueAt FROM scheduler_retries`;

/** Schedules, their groups and what is under way for them, in the store. Rows are cast, not parsed: the tables are this class's own. */
export class Schedules {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  groups(): ScheduleGroup[] {
    return this.#store
      .prepare("SELECT arn, name, created_at AS createdAt FROM scheduler_groups ORDER BY name")
      .all() as unknown as ScheduleGroup[];
  }

  group(name: string): ScheduleGroup | undefined {
    return this.groups().find((group) => group.name === name);
  }

  putGroup(group: ScheduleGroup): void {
    this.#store.run("INSERT OR IGNORE INTO scheduler_groups VALUES (?, ?, ?)", group.name, group.arn, group.createdAt);
  }

  /** With all its schedules. */
  deleteGroup(arn: string): void {
    this.#store.run("DELETE FROM scheduler_groups WHERE arn = ?", arn);
  }

  /** Ordered by group and name. */
  all(): Schedule[] {
    return (this.#store.prepare(`${SELECT_SCHEDULE} ORDER BY group_name, name`).all() as unknown as ScheduleRow[]).map(toSchedule);
  }

  find(arn: string): Schedule | undefined {
    const row = this.#store.prepare(`${SELECT_SCHEDULE} WHERE arn = ?`).get(arn) as ScheduleRow | undefined;
    return row === undefined ? undefined : toSchedule(row);
  }

  put(schedule: Schedule): void {
    const { definition, next } = schedule;
    this.#store.run(
      `INSERT INTO scheduler_schedules VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (arn) DO UPDATE SET definition = excluded.definition, modified_at = excluded.modified_at, anchor = excluded.anchor,
         last_moment = excluded.last_moment, next_moment = excluded.next_moment, fire_at = excluded.fire_at`,
      definition.arn,
      definition.groupName,
      definition.name,
      JSON.stringify(definition),
      schedule.createdAt,
      schedule.modifiedAt,
      schedule.anchor,
      schedule.lastMoment ?? null,
      next?.moment ?? null,
      next?.fireAt ?? null,
    );
  }

  /** With its retries. */
  delete(arn: string): void {
    this.#store.run("DELETE FROM scheduler_schedules WHERE arn = ?", arn);
  }

  retries(): Retry[] {
    return this.#store.prepare(SELECT_RETRY).all() as unknown as Retry[];
  }

  findRetry(executionId: string): Retry | undefined {
    return this.#store.prepare(`${SELECT_RETRY} WHERE execution_id = ?`).get(executionId) as Retry | undefined;
  }

  hasRetries(scheduleArn: string): boolean {
    return this.#store.prepare("SELECT 1 FROM scheduler_retries WHERE schedule_arn = ? LIMIT 1").get(scheduleArn) !== undefined;
  }

  putRetry(retry: Retry): void {
    this.#store.run(
      "INSERT OR REPLACE INTO scheduler_retries VALUES (?, ?, ?, ?, ?, ?)",
      retry.executionId,
      retry.scheduleArn,
      retry.moment,
      retry.attempts,
      retry.firstAttemptAt,
      retry.dueAt,
    );
  }

  deleteRetry(executionId: string): void {
    this.#store.run("DELETE FROM scheduler_retries WHERE execution_id = ?", executionId);
  }

  /** What the program declared when it was last applied: content by ARN, of groups and schedules. */
  declared(): Map<string, string> {
    const rows = this.#store.prepare("SELECT arn, content FROM scheduler_declared").all() as unknown as { arn: string; content: string }[];
    return new Map(rows.map(({ arn, content }) => [arn, content]));
  }

  setDeclared(declared: ReadonlyMap<string, string>): void {
    this.#store.run("DELETE FROM scheduler_declared");
    for (const [arn, content] of declared) this.#store.run("INSERT INTO scheduler_declared VALUES (?, ?)", arn, content);
  }

  findToken(token: string): { readonly request: string; readonly arn: string } | undefined {
    return this.#store.prepare("SELECT request, arn FROM scheduler_client_tokens WHERE token = ?").get(token) as
      | { request: string; arn: string }
      | undefined;
  }

  putToken(token: { token: string; request: string; arn: string; createdAt: number; forgetBefore: number }): void {
    this.#store.run("DELETE FROM scheduler_client_tokens WHERE created_at < ?", token.forgetBefore);
    this.#store.run("INSERT INTO scheduler_client_tokens VALUES (?, ?, ?, ?)", token.token, token.request, token.arn, token.createdAt);
  }
}

function toSchedule(row: ScheduleRow): Schedule {
  return {
    definition: JSON.parse(row.definition) as ScheduleDeclaration,
    createdAt: row.createdAt,
    modifiedAt: row.modifiedAt,
    anchor: row.anchor,
    lastMoment: row.lastMoment ?? undefined,
    next: row.nextMoment === null || row.fireAt === null ? undefined : { moment: row.nextMoment, fireAt: row.fireAt },
  };
}
