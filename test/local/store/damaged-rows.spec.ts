import * as assert from "node:assert/strict";
import { setAsideDamagedRows } from "../../../local/store/damaged-rows.ts";
import { Store } from "../../../local/store/store.ts";
import { schema as durableSchema } from "../../../local/durable/engine.ts";
import { schema as ecsSchema } from "../../../local/ecs/tasks.ts";
import { schema as eventsSchema } from "../../../local/events/bus.ts";
import { schema as lambdaSchema } from "../../../local/lambda/schema.ts";
import { schema as schedulerSchema } from "../../../local/scheduler/scheduler.ts";
import { schema as queuesSchema } from "../../../local/sqs/queues.ts";

describe("Damaged rows of the store", () => {
  it("are set aside by name, each alone, and what was in them is kept", () => {
    const store = Store.open({ file: ":memory:", schemas: [durableSchema, ecsSchema, eventsSchema, lambdaSchema, schedulerSchema, queuesSchema] });
    const damaged = [["cut", '{"arn":"ar'], ["other", '{"arn":"arn"}'], ["null", "null"]] as const;
    for (const [id, task] of [["whole", '{"containers":[]}'], ...damaged] as const) {
      store.run("INSERT INTO ecs_task (id, cluster_arn, family, desired_status, last_status, task) VALUES (?, 'c', 'f', 'RUNNING', 'RUNNING', ?)", id, task);
    }
    const told: string[] = [];
    setAsideDamagedRows(store, (message) => told.push(message));
    assert.deepEqual(told, damaged.map(([id]) => `The task ${id} is damaged in the store. It was set aside, in the table set_aside, and the stack runs without it.`));
    assert.deepEqual(store.prepare("SELECT id FROM ecs_task").all().map(({ id }) => id), ["whole"]);
    assert.deepEqual(store.prepare("SELECT table_name, row_key, content FROM set_aside").all().map((row) => ({ ...row })), damaged.map(([row_key, content]) => ({ table_name: "ecs_task", row_key, content })));
    setAsideDamagedRows(store, (message) => told.push(message));
    assert.equal(told.length, damaged.length);
    store.close();
  });
});
