import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "../kit/do-work.ts";
import { JobError } from "../kit/errors.ts";
import type { SampleInput } from "./job.ts";

export interface WorkResult {
  readonly message: string;
  /** Seconds. */
  readonly processingTime: number;
  /** ISO 8601. */
  readonly completedAt: string;
}

/** A sample that takes its time, in a process of its own that may block: replace it with yours. */
export async function work(input: SampleInput, job: Job): Promise<WorkResult> {
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
