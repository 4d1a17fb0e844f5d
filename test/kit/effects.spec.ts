import assert from "node:assert/strict";
import { effectOfCommand } from "./effects.ts";

const KEY = { TableName: "jobs", Key: { jobId: { S: "a" } } };

describe("A command of the AWS SDK", () => {
  it("is no effect when it reads, or keeps a callback open", () => {
    for (const command of ["GetItem", "Query", "DescribeTasks", "ListTasks", "SendDurableExecutionCallbackHeartbeat"]) {
      assert.equal(effectOfCommand(command, {}), undefined, command);
    }
  });

  it("is one effect for each client token, however the service spells it", () => {
    assert.deepEqual(effectOfCommand("RunTask", { clientToken: "t", count: 1 }), { name: "RunTask", token: "t", parameters: { count: 1 } });
    assert.equal(effectOfCommand("CreateSchedule", { ClientToken: "t" })?.token, "t");
    assert.equal(effectOfCommand("Invoke", { DurableExecutionName: "t" })?.token, "t");
  });

  it("is an effect each time without one", () => {
    for (const command of ["RunTask", "SendMessage", "Publish", "PutEvents", "PutRecord", "PutMetricData"]) {
      const effect = effectOfCommand(command, { Message: "a" });
      assert.deepEqual([effect?.token, effect?.sets], [undefined, undefined], command);
    }
  });

  it("is one effect however often it sets the same", () => {
    for (const command of ["StopTask", "DeleteSchedule", "PutObject", "SendDurableExecutionCallbackFailure"]) {
      assert.equal(effectOfCommand(command, { task: "a" })?.sets, '{"task":"a"}', command);
    }
  });

  const writes: readonly [write: string, command: string, input: object, sets: boolean][] = [
    ["sets attributes", "UpdateItem", { ...KEY, UpdateExpression: "SET #a = :a REMOVE #b" }, true],
    ["counts up", "UpdateItem", { ...KEY, UpdateExpression: "SET visits = visits + :one" }, false],
    ["appends to a list", "UpdateItem", { ...KEY, UpdateExpression: "SET log = list_append(log, :line)" }, false],
    ["adds a number", "UpdateItem", { ...KEY, UpdateExpression: "ADD visits :one", ExpressionAttributeValues: { ":one": { N: "1" } } }, false],
    ["adds to a set", "UpdateItem", { ...KEY, UpdateExpression: "ADD ended :id", ExpressionAttributeValues: { ":id": { SS: ["a"] } } }, true],
    ["replaces an item", "PutItem", { TableName: "jobs", Item: {} }, true],
    // What protects it is the condition: a repeated write is refused, and then hasn't happened.
    ["creates an item", "PutItem", { TableName: "jobs", Item: {}, ConditionExpression: "attribute_not_exists(jobId)" }, false],
    ["deletes an item", "DeleteItem", KEY, true],
  ];
  for (const [write, command, input, sets] of writes) {
    it(`that ${write} ${sets ? "may" : "must not"} be repeated`, () => {
      assert.equal(effectOfCommand(command, { ...input })?.sets !== undefined, sets);
    });
  }
});
