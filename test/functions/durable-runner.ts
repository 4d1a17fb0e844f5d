import { LocalDurableTestRunner, type TestResult } from "@aws/durable-execution-sdk-js-testing";
import type { DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import assert from "node:assert/strict";

/** Sets up AWS's local runner around the tests of one file. @param skipTime whether waits pass at once; timers are fake then */
export function useDurableRunner({ skipTime }: { skipTime: boolean }): void {
  before(() => LocalDurableTestRunner.setupTestEnvironment({ skipTime }));
  after(() => LocalDurableTestRunner.teardownTestEnvironment());
}

/** Runs one execution to its end. */
export function execute<Result = unknown>(handler: DurableLambdaHandler, payload: unknown): Promise<TestResult<Result>> {
  return new LocalDurableTestRunner<Result>({ handlerFunction: handler }).run({ payload });
}

/** @returns the message of the failed execution */
export function assertFailed(execution: TestResult, errorType: string): string {
  assert.equal(execution.getStatus(), "FAILED");
  const error = execution.getError();
  assert.equal(error.errorType, errorType);
  return error.errorMessage ?? "";
}
