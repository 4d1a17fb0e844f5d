import * as z from "zod";
import type { SampleInput } from "../../container/sample/job.ts";
import { parseInput } from "../shared/input.ts";
import { jobInputParser } from "../shared/job-input.ts";

/** The id of a FAILED job, to run it again. */
export const retryInput = z.strictObject({ retryOf: z.string().min(1).max(128) });

export type DispatchJobInput = SampleInput | z.output<typeof retryInput>;

/** Takes a job, or the id of a FAILED one to run again. @param timeLimitSeconds upper bound of the processing time */
export function dispatchJobInput(timeLimitSeconds: number): (event: unknown) => DispatchJobInput {
  const parseJob = jobInputParser(timeLimitSeconds);
  return (event) => (isObject(event) && "retryOf" in event ? parseInput(retryInput, event) : parseJob(event));
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
