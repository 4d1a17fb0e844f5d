import type { LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { executionId } from "../shared/execution.ts";
import { findExecution } from "../shared/execution-state.ts";
import { readJobRequest } from "../shared/job-request.ts";
import type { JobTable } from "../shared/job-record.ts";

const retryInput = z.object({ retryOf: z.string() });

/**
 * Closes the record of the job that an execution of dispatch-job was to run, and keeps it closed.
 *
 * A stop doesn't interrupt an invocation, so the execution may still be about to write its record. Hence the order: first the mark that
 * such a write can't pass (a FAILED record for a new job, the execution's id in the record of a job that was to be run again), then the
 * close of what it has written before. An execution that FAILED did so by its function's own answer, after which it writes nothing.
 *
 * @param ttlDays after which DynamoDB removes a record that is made here
 */
export async function closeRecordOf(executionArn: string, status: string, ttlDays: number, lambda: LambdaClient, table: JobTable): Promise<void> {
  const error = { errorType: "JobFailed", errorMessage: `The execution that dispatched the job ended: ${status}` };
  // Unknown when it was deleted before its event came.
  const input = parseJson((await findExecution(lambda, executionArn, true))?.InputPayload);
  const retry = retryInput.safeParse(input);
  if (retry.success) {
    const { retryOf } = retry.data;
    if (status !== "FAILED") {
      await table.markEnded(retryOf, executionArn);
    }
    await table.setExecutionFailed(retryOf, executionArn, error);
    return;
  }
  const jobId = executionId(executionArn);
  const request = readJobRequest(input);
  if (status !== "FAILED" && request !== undefined && (await table.createFailed({ jobId, ...request, executionArn, ttlDays }, error))) {
    return;
  }
  await table.setExecutionFailed(jobId, executionArn, error);
}

/** What fails for its input need not have been given JSON. */
function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
