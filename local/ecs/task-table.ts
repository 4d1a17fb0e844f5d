import type { Store } from "../store/store.ts";
import type { Task } from "./task.ts";

export const taskSchema = `
CREATE TABLE IF NOT EXISTS ecs_task (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  cluster_arn TEXT NOT NULL,
  family TEXT NOT NULL,
  started_by TEXT,
  desired_status TEXT NOT NULL,
  last_status TEXT NOT NULL,
  stopped_at INTEGER,
  task TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ecs_task_open ON ecs_task (sequence) WHERE last_status <> 'STOPPED';
CREATE INDEX IF NOT EXISTS ecs_task_started_by ON ecs_task (started_by, sequence);
CREATE INDEX IF NOT EXISTS ecs_task_stopped ON ecs_task (stopped_at) WHERE stopped_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS ecs_client_token (
  cluster_arn TEXT NOT NULL,
  token TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  task_ids TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (cluster_arn, token)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ecs_client_token_age ON ecs_client_token (created_at);
`;

const HOUR_MS = 3_600_000;

/** As on AWS, stopped tasks can be described and listed for an hour; not shortened by speed, so that they can be looked at. */
const VISIBLE_AFTER_STOP_MS = HOUR_MS;

/** Longer than anybody leaves a stack down between a RunTask and its repeat: a token that is forgotten starts a second task. */
const KEPT_MS = 7 * 24 * HOUR_MS;

export interface TaskFilter {
  readonly clusterArn: string;
  readonly desiredStatus: Task["desiredStatus"];
  readonly family?: string;
  readonly startedBy?: string;
}

export interface TokenUse {
  readonly requestHash: string;
  readonly taskIds: readonly string[];
}

/** Tasks and client tokens in the store. */
export class TaskTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  insert(task: Task): void {
    this.#store.run(
      "INSERT INTO ecs_task (id, cluster_arn, family, started_by, desired_status, last_status, task) VALUES (?, ?, ?, ?, ?, ?, ?)",
      task.id,
      task.clusterArn,
      task.family,
      task.startedBy ?? null,
      task.desiredStatus,
      task.lastStatus,
      JSON.stringify(task),
    );
  }

  update(task: Task): void {
    this.#store.run(
      "UPDATE ecs_task SET desired_status = ?, last_status = ?, stopped_at = ?, task = ? WHERE id = ?",
      task.desiredStatus,
      task.lastStatus,
      task.stoppedAt ?? null,
      JSON.stringify(task),
      task.id,
    );
  }

  get(id: string): Task | undefined {
    return toTask(this.#store.prepare("SELECT task FROM ecs_task WHERE id = ?").get(id));
  }

  /** Tasks that have not stopped, oldest first. */
  open(): Task[] {
    return this.#store
      .prepare("SELECT task FROM ecs_task WHERE last_status <> 'STOPPED' ORDER BY sequence")
      .all()
      .flatMap((row) => toTask(row) ?? []);
  }

  /** A task of the cluster that callers can still see. */
  visible(clusterArn: string, id: string, now: number): Task | undefined {
    const task = this.get(id);
    const gone = task?.stoppedAt !== undefined && task.stoppedAt < now - VISIBLE_AFTER_STOP_MS;
    return task?.clusterArn === clusterArn && !gone ? task : undefined;
  }

  /** ARNs in the order of creation, a page after `cursor`; `next` is the cursor of the following page. */
  list(filter: TaskFilter, page: { cursor: number; size: number; now: number }): { arns: string[]; next?: number } {
    const { clusterArn, desiredStatus, family, startedBy } = filter;
    const conditions: [string, string | number][] = [
      ["cluster_arn = ?", clusterArn],
      ["desired_status = ?", desiredStatus],
      ["sequence > ?", page.cursor],
      ["(stopped_at IS NULL OR stopped_at >= ?)", page.now - VISIBLE_AFTER_STOP_MS],
    ];
    if (family !== undefined) conditions.push(["family = ?", family]);
    if (startedBy !== undefined) conditions.push(["started_by = ?", startedBy]);
    const where = conditions.map(([condition]) => condition).join(" AND ");
    const rows = this.#store
      .prepare(`SELECT sequence, task ->> 'arn' AS arn FROM ecs_task WHERE ${where} ORDER BY sequence LIMIT ?`)
      .all(...conditions.map(([, value]) => value), page.size + 1) as { sequence: number; arn: string }[];
    const shown = rows.slice(0, page.size);
    return { arns: shown.map(({ arn }) => arn), next: rows.length > page.size ? shown.at(-1)?.sequence : undefined };
  }

  count(clusterArn: string): { running: number; pending: number } {
    return this.#store
      .prepare(
        `SELECT count(*) FILTER (WHERE last_status IN ('PROVISIONING', 'PENDING', 'ACTIVATING')) AS pending,
                count(*) FILTER (WHERE last_status NOT IN ('PROVISIONING', 'PENDING', 'ACTIVATING')) AS running
         FROM ecs_task WHERE cluster_arn = ? AND last_status <> 'STOPPED'`,
      )
      .get(clusterArn) as { running: number; pending: number };
  }

  tokenUse(clusterArn: string, token: string): TokenUse | undefined {
    const row = this.#store
      .prepare("SELECT request_hash AS requestHash, task_ids AS taskIds FROM ecs_client_token WHERE cluster_arn = ? AND token = ?")
      .get(clusterArn, token) as { requestHash: string; taskIds: string } | undefined;
    return row && { requestHash: row.requestHash, taskIds: JSON.parse(row.taskIds) as string[] };
  }

  recordToken(clusterArn: string, token: string, use: TokenUse, now: number): void {
    this.#store.run(
      "INSERT INTO ecs_client_token (cluster_arn, token, request_hash, task_ids, created_at) VALUES (?, ?, ?, ?, ?)",
      clusterArn,
      token,
      use.requestHash,
      JSON.stringify(use.taskIds),
      now,
    );
  }

  /** Forgets what is older than anybody asks for. */
  sweep(now: number): void {
    this.#store.run("DELETE FROM ecs_task WHERE stopped_at < ?", now - KEPT_MS);
    this.#store.run(
      "DELETE FROM ecs_client_token WHERE created_at < ? AND NOT EXISTS (SELECT 1 FROM ecs_task, json_each(task_ids) AS started WHERE ecs_task.id = started.value)",
      now - KEPT_MS,
    );
  }
}

function toTask(row: Record<string, unknown> | undefined): Task | undefined {
  return row && (JSON.parse(row.task as string) as Task);
}
