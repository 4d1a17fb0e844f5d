import { setTimeout as sleep } from "node:timers/promises";
import type { JobInput } from "../functions/shared/job-contract.ts";
import { JobError } from "./errors.ts";

export interface Job {
  /** Says that the work is getting on. Call it as often as you like: it is passed on at the job's heartbeat interval. */
  heartbeat(): Promise<void>;
  /** Aborted when the job has to stop: told to by SIGTERM, over its time limit, or nobody waits any more. */
  readonly signal: AbortSignal;
}

export interface WorkResult {
  readonly message: string;
  /** Seconds. */
  readonly processingTime: number;
  /** ISO 8601. */
  readonly completedAt: string;
}

/**
 * The work itself. A sample that takes its time: replace it with yours.
 *
 * @returns the job's result, at most 256 KiB as JSON
 * @throws JobError to fail with an exit code; anything else fails with 1
 */
export async function work(input: JobInput, job: Job): Promise<WorkResult> {
  if (input.hang) {
    await new Promise((_resolve, reject) => {
      job.signal.addEventListener("abort", () => reject(job.signal.reason as Error), { once: true });
    });
  }
  const end = Date.now() + input.processingTime * 1000;
  for (let left = end - Date.now(); left > 0; left = end - Date.now()) {
    await sleep(Math.min(left, 1000), undefined, { signal: job.signal });
    await job.heartbeat();
  }
  if (input.fail?.error !== undefined) {
    throw new JobError("JobFailed", input.fail.error, input.fail.exitCode);
  }
  if (input.fail) {
    // Like a crash: no report.
    process.exit(input.fail.exitCode);
  }
  return { message: input.message, processingTime: input.processingTime, completedAt: new Date().toISOString() };
}
