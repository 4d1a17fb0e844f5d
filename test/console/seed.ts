import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { RecordedEvent } from "../../local/durable/machine/event.ts";
import { Store } from "../../local/store/store.ts";
import { schema } from "../../local/durable/engine.ts";

export const SEEDED = 10_000;
const MINUTE_MS = 60_000;
const LONG_OPERATIONS = 1_000;

/**
 * Fills the store of a stack that is not running with closed executions of `math`: ten thousand small ones, of which every
 * hundredth failed, and one of a thousand steps.
 *
 * @returns name of the long one
 */
export function seedExecutions(file: string, functionName: string): string {
  Store.open({ file, schemas: [schema] }).close();
  const database = new DatabaseSync(file);
  const insert = database.prepare(
    `INSERT INTO durable_executions (execution_id, name, function_name, version, origin, status, started_at, ended_at, active, next_due, expires_at)
     VALUES (?, ?, ?, '1', 'Event', ?, ?, ?, 0, 0, ?) RETURNING id`,
  );
  const append = database.prepare("INSERT INTO durable_events (execution, first_event, events) VALUES (?, 1, ?)");
  const now = Date.now();
  const add = (name: string, failed: boolean, startedAt: number, operations: readonly RecordedEvent[]) => {
    const id = randomUUID();
    const endedAt = startedAt + 1_000 + operations.length;
    const row = insert.get(id, name, functionName, failed ? "FAILED" : "SUCCEEDED", startedAt, endedAt, now + 60 * MINUTE_MS);
    const end: RecordedEvent = failed
      ? { type: "ExecutionFailed", at: endedAt, error: { ErrorType: "Seeded", ErrorMessage: "as told" } }
      : { type: "ExecutionSucceeded", at: endedAt, result: "{}" };
    const start: RecordedEvent = { type: "ExecutionStarted", at: startedAt, id, name, input: "{}", timeoutSeconds: 900, deadline: startedAt + 15 * MINUTE_MS };
    append.run(row?.["id"] ?? null, JSON.stringify([start, ...operations, end]));
  };
  database.exec("BEGIN");
  for (let index = 0; index < SEEDED; index++) {
    add(`seed-${String(index).padStart(5, "0")}`, index % 100 === 0, now - (SEEDED - index) * 1_000 - MINUTE_MS, []);
  }
  add("long", false, now - MINUTE_MS, steps(now - MINUTE_MS));
  database.exec("COMMIT");
  database.close();
  return "long";
}

function steps(startedAt: number): RecordedEvent[] {
  return Array.from({ length: LONG_OPERATIONS }, (_, index): RecordedEvent[] => {
    const step = { id: `step${index}`, name: `step-${index}`, subType: "Step", at: startedAt + index };
    return [
      { type: "StepStarted", ...step },
      { type: "StepSucceeded", ...step, at: step.at + 1, attempt: 1, result: "1" },
    ];
  }).flat();
}
