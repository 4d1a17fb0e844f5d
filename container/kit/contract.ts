/**
 * Whom the job reports to: its exit code, a durable callback, or its record in the job table.
 *
 * A job that reports by its exit code doesn't use `endCallbackId`: task-watchdog completes that callback when the task has stopped.
 */
export type ReportTarget =
  | { readonly to: "exit"; readonly endCallbackId?: string }
  | { readonly to: "callback"; readonly callbackId: string }
  | { readonly to: "record"; readonly jobId: string };

/** What every job gets as environment variables of its container, besides its input. */
export interface JobEnvironment {
  readonly JOB_NAME: string;
  readonly JOB_REPORTS: "kit" | "exit";
  readonly JOB_ATTEMPT: string;
  readonly JOB_TIME_LIMIT_SECONDS: string;
  readonly EXECUTION_ARN: string;
  readonly REPORT_TO: ReportTarget["to"];
  readonly CALLBACK_ID?: string;
  readonly END_CALLBACK_ID?: string;
  readonly JOB_ID?: string;
}

/**
 * How a job says that it failed: by itself, told to stop (SIGTERM: who waits for it finds out by whom), or over its time limit.
 */
export type JobErrorType = "JobFailed" | "JobTerminated" | "JobTimedOut";

/**
 * Exit code of a job that may run again because nothing was reported: it was stopped before its first heartbeat was delivered, or
 * it succeeded and its result could not be delivered. EX_TEMPFAIL of sysexits.h.
 */
export const TRY_AGAIN_EXIT_CODE = 75;

/** Exit code of a job that ran over its time limit, as that of the command `timeout`. */
export const TIME_LIMIT_EXIT_CODE = 124;

/**
 * Time that a task may take to start and to stop, beside the job's own time: fetching the image, finding capacity. Seconds.
 */
export const START_ALLOWANCE_SECONDS = 900;
