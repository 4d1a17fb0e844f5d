import { SHORT_EXECUTION_SECONDS } from "../shared/execution-time.ts";
import { defineWorkflow } from "../shared/workflow.ts";
import { mathInput } from "./input.ts";

export default defineWorkflow({
  description: "Four operations in parallel branches",
  input: mathInput,
  durable: { timeoutSeconds: SHORT_EXECUTION_SECONDS },
  examples: [
    { title: "10 and 5", input: { num1: 10, num2: 5 }, expect: { result: { results: { add: 15, subtract: 5, multiply: 50, divide: 2 } } } },
    {
      title: "division by zero is one failed branch",
      input: { num1: 10, num2: 0 },
      expect: { result: { status: "FAILED", successCount: 3, failureCount: 1, failed: [{ operation: "divide" }] } },
    },
  ],
});
