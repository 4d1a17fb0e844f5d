import { type DurableContext, retryPresets } from "@aws/durable-execution-sdk-js";
import { durableHandler } from "../shared/durable-handler.ts";
import { unwrapOperationError } from "../shared/errors.ts";
import { mathInput } from "./input.ts";

const OPERATIONS = ["add", "subtract", "multiply", "divide"] as const;
type Operation = (typeof OPERATIONS)[number];

export interface MathResult {
  readonly status: "SUCCEEDED" | "FAILED";
  /** Of the operations that succeeded. */
  readonly results: Partial<Record<Operation, number>>;
  /** The operations that failed, and why; absent when none did. */
  readonly failed?: readonly { readonly operation: Operation; readonly error: { readonly errorType: string; readonly errorMessage: string } }[];
  readonly successCount: number;
  readonly failureCount: number;
}

/** Four operations in parallel branches; a failed one shows in the answer and leaves the others alone. */
export const createHandler = () =>
  durableHandler(
    mathInput,
    async ({ num1, num2 }, context): Promise<MathResult> => {
      const batch = await context.parallel(
        "math",
        OPERATIONS.map((operation) => ({
          name: operation,
          func: (branch) => calculateIn(branch, operation, num1, num2),
        })),
        { completionConfig: { toleratedFailureCount: OPERATIONS.length } },
      );
      const results: MathResult["results"] = {};
      const failed = [];
      for (const { index, result, error } of batch.all) {
        const operation = OPERATIONS[index];
        if (operation === undefined) {
          continue;
        }
        if (error) {
          const cause = unwrapOperationError(error);
          const { name, message } = cause instanceof Error ? cause : error;
          failed.push({ operation, error: { errorType: name, errorMessage: message } });
        } else {
          results[operation] = result;
        }
      }
      const counts = { successCount: batch.successCount, failureCount: batch.failureCount };
      return failed.length > 0 ? { status: "FAILED", failed, results, ...counts } : { status: "SUCCEEDED", results, ...counts };
    },
  );

/** The step of one branch. Of an error that leaves a branch only its own name survives, so it must not be the step's. */
async function calculateIn(branch: DurableContext, operation: Operation, num1: number, num2: number): Promise<number> {
  try {
    // Arithmetic fails the same way every time: nothing here is worth a retry.
    return await branch.step(operation, async () => calculate(operation, num1, num2), { retryStrategy: retryPresets.noRetry });
  } catch (error) {
    throw unwrapOperationError(error);
  }
}

function calculate(operation: Operation, num1: number, num2: number): number {
  const result = compute(operation, num1, num2);
  // JSON knows no infinity: it would come out as null.
  if (!Number.isFinite(result)) {
    throw namedError("OutOfRange", `The result of ${operation} is out of range`);
  }
  return result;
}

function compute(operation: Operation, num1: number, num2: number): number {
  switch (operation) {
    case "add":
      return num1 + num2;
    case "subtract":
      return num1 - num2;
    case "multiply":
      return num1 * num2;
    case "divide":
      if (num2 === 0) {
        throw namedError("DivisionByZero", "Division by zero");
      }
      return num1 / num2;
  }
}

function namedError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

export const handler = createHandler();
