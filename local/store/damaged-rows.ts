import type { Store } from "./store.ts";

/** Rows that could not be read, out of the way of the others, with what was in them. */
export const schema = `
  CREATE TABLE IF NOT EXISTS set_aside (
    table_name TEXT NOT NULL,
    row_key TEXT NOT NULL,
    content TEXT,
    reason TEXT NOT NULL
  )`;

/** Columns of JSON that services read without a check, what a row is, and a part that a whole one has: its path and JSON type. */
const COLUMNS = [
  { table: "lambda_versions", key: "function_arn || ':' || version", column: "definition", what: "function version", part: "$.functionArn", type: "text" },
  { table: "ecs_task_definition", key: "arn", column: "definition", what: "task definition", part: "$.arn", type: "text" },
  { table: "ecs_image", key: "uri", column: "image", what: "image", part: "$.digest", type: "text" },
  { table: "ecs_task", key: "id", column: "task", what: "task", part: "$.containers", type: "array" },
  { table: "ecs_client_token", key: "token", column: "task_ids", what: "client token of tasks", part: "$", type: "array" },
  { table: "scheduler_schedules", key: "arn", column: "definition", what: "schedule", part: "$.target", type: "object" },
  { table: "scheduler_declared", key: "arn", column: "content", what: "declared schedule", part: "$", type: "object" },
  { table: "event_delivery", key: "id", column: "target", what: "event delivery", part: "$.arn", type: "text" },
  { table: "sqs_messages", key: "id", column: "attributes", what: "message", part: "$", type: "object" },
  { table: "dynamodb_items", key: "table_name || '/' || CAST(hash AS TEXT)", column: "item", what: "item", part: "$", type: "object" },
] as const;

/** Sets aside rows whose JSON is damaged or lacks that part, each by name, so that the stack starts with the others. */
export function setAsideDamagedRows(store: Store, tell: (message: string) => void): void {
  for (const { table, key, column, what, part, type } of COLUMNS) {
    const damaged = `FROM ${table} WHERE NOT coalesce(CASE WHEN json_valid(${column}) THEN json_type(${column}, '${part}') = '${type}' END, 0)`;
    const rows = store.prepare(`SELECT ${key} AS name ${damaged}`).all();
    if (rows.length === 0) continue;
    store.write(() => {
      store.run(`INSERT INTO set_aside SELECT '${table}', ${key}, ${column}, 'damaged' ${damaged}`);
      store.run(`DELETE ${damaged}`);
    });
    for (const { name } of rows) tell(`The ${what} ${String(name)} is damaged in the store. It was set aside, in the table set_aside, and the stack runs without it.`);
  }
}
