import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { NobodyWaits } from "../errors.ts";
import { JobRecords } from "../job-records.ts";
import { REPORT_CLIENT, type Reporter } from "./reporter.ts";

/** For a job that nobody waits for: its record in the job table says how it is. @param attempt that the record must be at */
export function createRecordReporter(tableName: string, jobId: string, attempt: number): Reporter {
  const table = new JobRecords(new DynamoDBClient(REPORT_CLIENT), tableName);
  return {
    heartbeat: async () => {
      if (!(await table.setRunning(jobId, attempt))) {
        throw new NobodyWaits("The record is closed, or at another attempt");
      }
    },
    succeeded: async (result) => {
      await table.setSucceeded(jobId, attempt, result);
    },
    failed: async ({ errorType, message, exitCode }) => {
      await table.setFailed(jobId, attempt, { errorType, errorMessage: message, exitCode });
    },
  };
}
