import * as z from "zod";
import type { JobRequest } from "../shared/declared-jobs.ts";
import { parseInput } from "../shared/input.ts";
import { jobRequestParser } from "../shared/job-request.ts";

/** The id of a FAILED job, to run it again. */
export const retryInput = z.strictObject({ retryOf: z.string().min(1).max(128) });

export type DispatchJobInput = JobRequest | z.output<typeof retryInput>;

/** Takes a job, or the id of a FAILED one to run again. @param timeLimitSeconds upper bound of the processing time */
export function dispatchJobInput(timeLimitSeconds: number): (event: unknown) => DispatchJobInput {
  const parseJob = jobRequestParser(timeLimitSeconds);
  return (event) => (isObject(event) && "retryOf" in event ? parseInput(retryInput, event) : parseJob(event));
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
