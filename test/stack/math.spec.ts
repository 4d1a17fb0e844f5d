import assert from "node:assert/strict";
import { fail, succeed } from "./stack.ts";

describe("math", () => {
  it("adds, subtracts, multiplies and divides", async () => {
    assert.deepEqual(await succeed("mathAliasArn", { num1: 10, num2: 5 }), {
      status: "SUCCEEDED",
      results: { add: 15, subtract: 5, multiply: 50, divide: 2 },
      successCount: 4,
      failureCount: 0,
    });
  });

  it("names the branch that divided by zero", async () => {
    assert.deepEqual(await succeed("mathAliasArn", { num1: 10 }), {
      status: "FAILED",
      failed: [{ operation: "divide", error: { errorType: "DivisionByZero", errorMessage: "Division by zero" } }],
      results: { add: 10, subtract: 10, multiply: 0 },
      successCount: 3,
      failureCount: 1,
    });
  });

  it("refuses what is not a number", async () => {
    assert.match(await fail("mathAliasArn", { num1: "ten" }, "InvalidInput"), /num1: /);
  });
});
