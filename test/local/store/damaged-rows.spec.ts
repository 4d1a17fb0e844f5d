import * as assert from "node:assert/strict";
import { setAsideDamagedRows } from "../../../local/store/damaged-rows.ts";
import { Store } from "../../../local/store/store.ts";
import { schema as durableSchema } from "../../../local/durable/engine.ts";
import { schema as dynamodbSchema } from "../../../local/dynamodb/tables.ts";
import { schema as ecsSchema } from "../../../local/ecs/tasks.ts";
import { schema as eventsSchema } from "../../../local/events/bus.ts";
import { schema as lambdaSchema } from "../../../local/lambda/schema.ts";
import { schema as schedulerSchema } from "../../../local/scheduler/scheduler.ts";
import { schema as queuesSchema } from "../../../local/sqs/queues.ts";

describe("Damaged rows of the store", () => {
  it("are set aside by name, each alone, and what was in them is kept", () => {
    const store = Store.open({ file: ":memory:", schemas: [durableSchema, dynamodbSchema, ecsSchema, eventsSchema, lambdaSchema, schedulerSchema, queuesSchema] });
    const damaged = [["cut", '{"arn":"ar'], ["other", '{"arn":"arn"}'], ["null", "null"]] as const;
    for (const [id, task] of [["whole", '{"containers":[]}'], ...damaged] as const) {
      store.run("INSERT INTO ecs_task (id, cluster_arn, family, desired_status, last_status, task) VALUES (?, 'c', 'f', 'RUNNING', 'RUNNING', ?)", id, task);
    }
    store.run("INSERT INTO dynamodb_tables VALUES ('jobs', '{}', 1)");
    store.run("INSERT INTO dynamodb_items VALUES ('jobs', ?, ?, '{\"id\":')", Buffer.from("7"), Buffer.of());
    const told: string[] = [];
    setAsideDamagedRows(store, (message) => told.push(message));
    const named = [...damaged.map(([id]) => `task ${id}`), "item jobs/7"];
    assert.deepEqual(told, named.map((name) => `The ${name} is damaged in the store. It was set aside, in the table set_aside, and the stack runs without it.`));
    assert.deepEqual(store.prepare("SELECT id FROM ecs_task").all().map(({ id }) => id), ["whole"]);
    assert.deepEqual(store.prepare("SELECT table_name, row_key, content FROM set_aside").all().map((row) => ({ ...row })), [
      ...damaged.map(([row_key, content]) => ({ table_name: "ecs_task", row_key, content })),
      { table_name: "dynamodb_items", row_key: "jobs/7", content: '{"id":' },
    ]);
    setAsideDamagedRows(store, (message) => told.push(message));
    assert.equal(told.length, named.length);
    store.close();
  });
});
