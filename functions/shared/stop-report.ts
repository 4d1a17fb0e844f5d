import { InvokeCommand, type LambdaClient, SendDurableExecutionCallbackFailureCommand, SendDurableExecutionCallbackSuccessCommand } from "@aws-sdk/client-lambda";
import { isCallbackClosed } from "../../container/kit/closed-callback.ts";
import type { ReportTarget } from "../../container/kit/contract.ts";
import type { JobError, JobTable } from "./job-record.ts";
import type { JobTask } from "./job-task.ts";
import { outcomeOf, type StoppedTask } from "./stopped-task.ts";

/** What it takes to say how a task ended. */
export interface Reporting {
  readonly lambda: LambdaClient;
  readonly table: JobTable;
  readonly dispatchJobArn: string;
  readonly maxAttempts: number;
}

/**
 * Reports to whoever waits for a stopped task how it stopped, unless the job has reported itself.
 *
 * @returns whether somebody was still waiting
 */
export async function reportStopped({ report, attempt, byExitCode, stop }: JobTask, dependencies: Reporting): Promise<boolean> {
  const { lambda, table } = dependencies;
  if (report.to === "exit") {
    // A task that an older version of poll-job has started names no callback: its polls find the stop.
    return report.endCallbackId !== undefined && completeCallback(lambda, report.endCallbackId, stop);
  }
  if (!byExitCode || stop.exitCode !== 0) {
    return reportEnd(report, attempt, describeStop(stop), dependencies);
  }
  const result = { exitCode: stop.exitCode };
  return report.to === "callback" ? completeCallback(lambda, report.callbackId, result) : table.setSucceeded(report.jobId, attempt, result);
}

/** Reports that an attempt at a job has failed. @returns whether somebody was still waiting */
export async function reportEnd(report: ReportTarget, attempt: number, error: JobError, dependencies: Reporting): Promise<boolean> {
  switch (report.to) {
    case "exit":
      // poll-job judges the stop of its task itself.
      return false;
    case "callback":
      return failCallback(dependencies.lambda, report.callbackId, error);
    case "record":
      return failRecord(report.jobId, attempt, error, dependencies);
  }
}

const ERROR_TYPES = { failed: "JobFailed", timedOut: "JobTimedOut", lost: "JobLost" } as const;

function describeStop(stop: StoppedTask): JobError {
  const outcome = outcomeOf(stop);
  if (outcome.kind === "succeeded") {
    return { errorType: "JobFailed", errorMessage: "The job exited with 0 but reported no result", exitCode: 0 };
  }
  const { exitCode, stopReason, message } = outcome;
  return { errorType: ERROR_TYPES[outcome.kind], errorMessage: message, exitCode, stopReason };
}

function completeCallback(lambda: LambdaClient, callbackId: string, result: object): Promise<boolean> {
  const command = new SendDurableExecutionCallbackSuccessCommand({ CallbackId: callbackId, Result: Buffer.from(JSON.stringify(result)) });
  return unlessClosed(lambda.send(command));
}

function failCallback(lambda: LambdaClient, callbackId: string, { errorType, errorMessage }: JobError): Promise<boolean> {
  const command = new SendDurableExecutionCallbackFailureCommand({ CallbackId: callbackId, Error: { ErrorType: errorType, ErrorMessage: errorMessage } });
  return unlessClosed(lambda.send(command));
}

/** @returns whether the callback was open */
async function unlessClosed(report: Promise<unknown>): Promise<boolean> {
  try {
    await report;
    return true;
  } catch (error) {
    // The job has reported, nobody waits any more, or the execution was deleted.
    if (!isCallbackClosed(error)) {
      throw error;
    }
    return false;
  }
}

async function failRecord(jobId: string, attempt: number, error: JobError, dependencies: Reporting): Promise<boolean> {
  const closed = await dependencies.table.setFailed(jobId, attempt, error);
  if (error.errorType !== "JobLost" || attempt >= dependencies.maxAttempts) {
    return closed;
  }
  // Looked at again, because the job may have closed its record itself (JobTerminated: it was told to stop), and so that an event that
  // comes twice finds the job running again.
  const record = await dependencies.table.find(jobId);
  const lost = record?.error?.errorType === "JobLost" || record?.error?.errorType === "JobTerminated";
  if (record?.status === "FAILED" && record.attempt === attempt && lost) {
    await runAgain(jobId, attempt + 1, dependencies);
  }
  return closed;
}

/** The execution's name makes a repeat harmless: the same name is the same execution. */
async function runAgain(jobId: string, attempt: number, { lambda, dispatchJobArn }: Reporting): Promise<void> {
  try {
    await lambda.send(
      new InvokeCommand({
        FunctionName: dispatchJobArn,
        InvocationType: "Event",
        DurableExecutionName: `${jobId}-attempt-${attempt}`,
        Payload: JSON.stringify({ retryOf: jobId }),
      }),
    );
  } catch (error) {
    if (!(error instanceof Error && error.name === "DurableExecutionAlreadyStartedException")) {
      throw error;
    }
  }
}
