import { OperationSubType } from "@aws/durable-execution-sdk-js";
import assert from "node:assert/strict";
import { handler, type MathResult } from "./handler.ts";
import { assertFailed, execute, useDurableRunner } from "../../test/functions/durable-runner.ts";

describe("math", () => {
  useDurableRunner({ skipTime: true });
  const calculate = async (payload: unknown) => (await execute<MathResult>(handler, payload)).getResult();

  it("adds, subtracts, multiplies and divides", async () => {
    assert.deepEqual(await calculate({ num1: 10, num2: 5 }), {
      status: "SUCCEEDED",
      results: { add: 15, subtract: 5, multiply: 50, divide: 2 },
      successCount: 4,
      failureCount: 0,
    });
  });

  it("names the branch that divided by zero, and keeps the results of the others", async () => {
    assert.deepEqual(await calculate({ num1: 10 }), {
      status: "FAILED",
      failed: [{ operation: "divide", error: { errorType: "DivisionByZero", errorMessage: "Division by zero" } }],
      results: { add: 10, subtract: 10, multiply: 0 },
      successCount: 3,
      failureCount: 1,
    });
  });

  it("runs four named branches and does not retry the one that fails", async () => {
    const execution = await execute(handler, {});
    const branches = execution.getOperations().filter((operation) => operation.getSubType() === OperationSubType.PARALLEL_BRANCH);
    assert.deepEqual(branches.map((branch) => branch.getName()).sort(), ["add", "divide", "multiply", "subtract"]);
    const failures = execution.getHistoryEvents().filter(({ EventType }) => EventType === "StepFailed");
    assert.equal(failures.length, 1);
  });

  it("fails a branch whose result is no number that JSON knows", async () => {
    const result = await calculate({ num1: 1e308, num2: 10 });
    assert.deepEqual(result?.failed?.map(({ operation }) => operation), ["multiply"]);
  });

  it("refuses what is not a number, and unknown fields", async () => {
    const message = assertFailed(await execute(handler, { num1: "10", num3: 1 }), "InvalidInput");
    assert.match(message, /num1: .*num3: unknown field/);
  });
});
