import type { TaskOverride } from "@aws-sdk/client-ecs";
import type { JobEnvironment, ReportTarget } from "../../container/kit/contract.ts";
import { DECLARED_JOBS, type JobRequest } from "./declared-jobs.ts";

export interface TaskRequest extends JobRequest {
  readonly executionArn: string;
  /** Number of the attempt at the job, from 1. */
  readonly attempt: number;
  readonly report: ReportTarget;
}

/** "A total of 8192 characters are allowed for overrides": API Reference, RunTask. Counted in bytes, which are never fewer. */
export const MAX_OVERRIDES_BYTES = 8192;

/** The job as environment variables of its container. */
export function taskOverrides({ executionArn, attempt, job: name, input, report }: TaskRequest, containerName: string, timeLimitSeconds: number): TaskOverride {
  const declaration = DECLARED_JOBS[name];
  const run = declaration.run?.(input) ?? { environment: { JOB_INPUT: JSON.stringify(input) } };
  const job: JobEnvironment = {
    JOB_NAME: name,
    JOB_REPORTS: declaration.reports,
    JOB_ATTEMPT: String(attempt),
    JOB_TIME_LIMIT_SECONDS: String(timeLimitSeconds),
    EXECUTION_ARN: executionArn,
    REPORT_TO: report.to,
    ...(report.to === "exit" && report.endCallbackId !== undefined && { END_CALLBACK_ID: report.endCallbackId }),
    ...(report.to === "callback" && { CALLBACK_ID: report.callbackId }),
    ...(report.to === "record" && { JOB_ID: report.jobId }),
  };
  const environment = Object.entries({ ...run.environment, ...job }).map(([variable, value]) => ({ name: variable, value }));
  return { containerOverrides: [{ name: containerName, ...(run.command && { command: [...run.command] }), environment }] };
}

export function overridesBytes(overrides: TaskOverride): number {
  return Buffer.byteLength(JSON.stringify(overrides));
}

/**
 * The longest values that Lambda and this program can put beside a job's input: a callback id of 1,024 characters (API Reference, Lambda),
 * and an execution ARN whose function and execution have names of 64 characters.
 */
const LONGEST_REQUEST = {
  executionArn: "a".repeat(320),
  attempt: 1_000_000,
  report: { to: "exit", endCallbackId: "c".repeat(1024) },
} as const;
const LONGEST_TIME_LIMIT_SECONDS = 99_999_999;
const LONGEST_CONTAINER_NAME = "n".repeat(64);

/**
 * Bytes by which a job's input is too long for RunTask, whichever of the workflows runs it.
 *
 * The input is JSON in a string of a JSON document, so each quotation mark of a text takes up four bytes.
 *
 * @returns 0 or less for an input that fits
 */
export function excessBytes({ job, input }: JobRequest): number {
  return overridesBytes(taskOverrides({ ...LONGEST_REQUEST, job, input }, LONGEST_CONTAINER_NAME, LONGEST_TIME_LIMIT_SECONDS)) - MAX_OVERRIDES_BYTES;
}
