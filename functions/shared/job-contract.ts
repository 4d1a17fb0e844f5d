import * as z from "zod";

/** What a job is asked to do. The bounds of the text and the exit code belong to the job; the workflows add their time limit. */
export const jobInput = z.strictObject({
  message: z.string().min(1).max(1024),
  /** Seconds. */
  processingTime: z.number().min(0),
  /** Makes the sample job fail after its processing time: with an `error` it reports the failure, without one it crashes. */
  fail: z.strictObject({ exitCode: z.number().int().min(1).max(255), error: z.string().min(1).max(1024).optional() }).optional(),
  /** Makes the sample job hang: it stays alive, does nothing and sends no heartbeat. */
  hang: z.boolean().optional(),
  /** Makes the sample job block its event loop: it never ends, sends no heartbeat and does not notice that it has to stop. */
  spin: z.boolean().optional(),
});

export type JobInput = z.output<typeof jobInput>;

/** Whom the job reports to: its exit code, a durable callback, or its record in the job table. */
export type ReportTarget =
  | { readonly to: "exit" }
  | { readonly to: "callback"; readonly callbackId: string }
  | { readonly to: "record"; readonly jobId: string };

/** A job as the environment variables of its container. */
export interface JobEnvironment {
  readonly JOB_INPUT: string;
  readonly JOB_ATTEMPT: string;
  readonly JOB_TIME_LIMIT_SECONDS: string;
  readonly EXECUTION_ARN: string;
  readonly REPORT_TO: ReportTarget["to"];
  readonly CALLBACK_ID?: string;
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
