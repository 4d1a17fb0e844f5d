import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { RecordedEvent } from "../../local/durable/machine/event.ts";
import { Store } from "../../local/store/store.ts";
import { schema } from "../../local/durable/engine.ts";

export const SEEDED = 10_000;
const MINUTE_MS = 60_000;
const LONG_OPERATIONS = 1_000;

/**
 * Fills the store of a stack that is not running with closed executions of a function: small ones, of which every hundredth
 * failed and every thousandth timed out, and one of a thousand steps, which is named `long`.
 */
export function seedExecutions(file: string, functionName: string, count = SEEDED): void {
  fill(file, (add) => {
    const now = Date.now();
    for (let index = 0; index < count; index++) {
      const name = `seed-${String(index).padStart(5, "0")}`;
      const status = index % 100 === 0 ? "FAILED" : index % 1_000 === 1 ? "TIMED_OUT" : "SUCCEEDED";
      add({ name, functionName, status, startedAt: now - (count - index) * 1_000 - MINUTE_MS, operations: [] });
    }
    add({ name: "long", functionName, status: "SUCCEEDED", startedAt: now - MINUTE_MS, operations: steps(now - MINUTE_MS) });
  });
}

/** Fills the store with an execution named `order` that has started another, `payment`, which has started a third, `receipt`. */
export function seedChain(file: string, functionName: string): void {
  fill(file, (add) => {
    const startedAt = Date.now() - MINUTE_MS;
    const arnOf = (name: string, id: string) => `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}:1/durable-execution/${name}/${id}`;
    const step = (name: string, from: number): RecordedEvent[] => [
      { type: "StepStarted", id: "first", name, subType: "Step", at: startedAt + from },
      { type: "StepSucceeded", id: "first", name, subType: "Step", at: startedAt + from + 100, attempt: 1, result: JSON.stringify(`${name} done`) },
    ];
    const invoke = (name: string, from: number, to: number, id: string): RecordedEvent[] => [
      { type: "ChainedInvokeStarted", id: "second", name, subType: "ChainedInvoke", at: startedAt + from, functionName, executionArn: arnOf(name, id) },
      { type: "ChainedInvokeSucceeded", id: "second", name, subType: "ChainedInvoke", at: startedAt + to, result: "1" },
    ];
    const receipt = add({ name: "receipt", functionName, status: "SUCCEEDED", startedAt: startedAt + 500, operations: step("print", 600) });
    const payment = add({ name: "payment", functionName, status: "SUCCEEDED", startedAt: startedAt + 200, operations: [...step("charge", 300), ...invoke("receipt", 500, 900, receipt)] });
    add({ name: "order", functionName, status: "SUCCEEDED", startedAt, operations: [...step("reserve", 10), ...invoke("payment", 200, 1_200, payment)] });
  });
}

interface Seed {
  readonly name: string;
  readonly functionName: string;
  readonly status: "SUCCEEDED" | "FAILED" | "TIMED_OUT";
  readonly startedAt: number;
  readonly operations: readonly RecordedEvent[];
}

/** @param seeds is given what adds an execution, and answers its id */
function fill(file: string, seeds: (add: (seed: Seed) => string) => void): void {
  Store.open({ file, schemas: [schema] }).close();
  const database = new DatabaseSync(file);
  const insert = database.prepare(
    `INSERT INTO durable_executions (execution_id, name, function_name, version, origin, status, started_at, ended_at, active, next_due, expires_at)
     VALUES (?, ?, ?, '1', 'Event', ?, ?, ?, 0, 0, ?) RETURNING id`,
  );
  const append = database.prepare("INSERT INTO durable_events (execution, first_event, entry, events) VALUES (?, 1, 1, ?)");
  database.exec("BEGIN");
  seeds(({ name, functionName, status, startedAt, operations }) => {
    const id = randomUUID();
    const endedAt = startedAt + 2_000 + operations.length;
    const row = insert.get(id, name, functionName, status, startedAt, endedAt, Date.now() + 60 * MINUTE_MS);
    const start: RecordedEvent = { type: "ExecutionStarted", at: startedAt, id, name, input: "{}", timeoutSeconds: 900, deadline: startedAt + 15 * MINUTE_MS };
    append.run(row?.["id"] ?? null, JSON.stringify([start, ...operations, endOf(status, endedAt)]));
    return id;
  });
  database.exec("COMMIT");
  database.close();
}

function endOf(status: Seed["status"], at: number): RecordedEvent {
  switch (status) {
    case "SUCCEEDED":
      return { type: "ExecutionSucceeded", at, result: "{}" };
    case "FAILED":
      return { type: "ExecutionFailed", at, error: { ErrorType: "Seeded", ErrorMessage: "as told" } };
    case "TIMED_OUT":
      return { type: "ExecutionTimedOut", at };
  }
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
