import { GetDurableExecutionCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { executionId } from "../shared/execution.ts";
import type { JobTable } from "../shared/job-record.ts";

const retryInput = z.object({ retryOf: z.string() });

/**
 * Closes the record of a job whose dispatching execution ended before the job had a task, such as one that was stopped while it waited for
 * capacity: nobody else ever would. Executions of the other workflows have no record.
 */
export async function closeOpenRecord(executionArn: string, status: string, lambda: LambdaClient, table: JobTable): Promise<void> {
  const jobId = (await retriedJob(executionArn, lambda)) ?? executionId(executionArn);
  const record = await table.find(jobId);
  if (record?.executionArn === executionArn) {
    await table.setFailed(jobId, record.attempt, { errorType: "JobFailed", errorMessage: `The execution that dispatched the job ended: ${status}` });
  }
}

async function retriedJob(executionArn: string, lambda: LambdaClient): Promise<string | undefined> {
  const { InputPayload } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: executionArn, IncludeExecutionData: true }));
  const input = retryInput.safeParse(parseJson(InputPayload));
  return input.success ? input.data.retryOf : undefined;
}

/** What fails for its input need not have been given JSON. */
function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
