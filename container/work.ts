import { setTimeout as sleep } from "node:timers/promises";
import type { JobInput } from "../functions/shared/job-contract.ts";
import { JobError } from "./errors.ts";

export interface Job {
  /**
   * Reports that the work makes progress. Call it as often as you like: at most one heartbeat per interval is sent.
   *
   * @throws the reason of `signal` when the job has to stop
   */
  heartbeat(): Promise<void>;
  /** Aborted when the job has to stop: by SIGTERM, at its time limit, or when nobody waits any more. Ten seconds later the work is killed. */
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
 * The work itself, in a process of its own that may block. A sample that takes its time: replace it with yours.
 *
 * @returns the job's result: as JSON at most 1 MB for a callback, and less than the 400 KB of an item for a record
 * @throws JobError to fail with an exit code; anything else fails with 1
 */
export async function work(input: JobInput, job: Job): Promise<WorkResult> {
  if (input.hang) {
    await new Promise((_resolve, reject) => {
      job.signal.addEventListener("abort", () => reject(job.signal.reason as Error), { once: true });
    });
  }
  while (input.spin);
  // Not the wall clock, which may be set meanwhile.
  const end = performance.now() + input.processingTime * 1000;
  for (let left = end - performance.now(); left > 0; left = end - performance.now()) {
    await sleep(Math.min(left, 1000), undefined, { signal: job.signal });
    await job.heartbeat();
  }
  if (input.fail?.error !== undefined) {
    throw new JobError("JobFailed", input.fail.error, input.fail.exitCode);
  }
  if (input.fail) {
    // A crash: the process ends without a result.
    process.exit(input.fail.exitCode);
  }
  return { message: input.message, processingTime: input.processingTime, completedAt: new Date().toISOString() };
}
