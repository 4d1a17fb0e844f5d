import type { Store } from "./store.ts";

/** Rows that could not be read, out of the way of the others, with what was in them. */
export const schema = `
  CREATE TABLE IF NOT EXISTS set_aside (
    table_name TEXT NOT NULL,
    row_key TEXT NOT NULL,
    content TEXT,
    reason TEXT NOT NULL
  )`;

/** Columns of JSON that services read when they start, and what a row is. */
const COLUMNS = [
  { table: "lambda_versions", key: "function_arn || ':' || version", column: "definition", what: "function version" },
  { table: "ecs_task_definition", key: "arn", column: "definition", what: "task definition" },
  { table: "ecs_image", key: "uri", column: "image", what: "image" },
  { table: "ecs_task", key: "id", column: "task", what: "task" },
  { table: "ecs_client_token", key: "token", column: "task_ids", what: "client token of tasks" },
  { table: "scheduler_schedules", key: "arn", column: "definition", what: "schedule" },
  { table: "scheduler_declared", key: "arn", column: "content", what: "declared schedule" },
  { table: "event_delivery", key: "id", column: "target", what: "event delivery" },
  { table: "sqs_messages", key: "id", column: "attributes", what: "message" },
] as const;

/** Sets aside rows whose JSON is damaged, each by name, so that the stack starts with the others. */
export function setAsideDamagedRows(store: Store, tell: (message: string) => void): void {
  for (const { table, key, column, what } of COLUMNS) {
    const damaged = `FROM ${table} WHERE NOT coalesce(json_valid(${column}), 0)`;
    const rows = store.prepare(`SELECT ${key} AS name ${damaged}`).all();
    if (rows.length === 0) continue;
    store.write(() => {
      store.run(`INSERT INTO set_aside SELECT '${table}', ${key}, ${column}, 'not JSON' ${damaged}`);
      store.run(`DELETE ${damaged}`);
    });
    for (const { name } of rows) tell(`The ${what} ${String(name)} is damaged in the store. It was set aside, in the table set_aside, and the stack runs without it.`);
  }
}
