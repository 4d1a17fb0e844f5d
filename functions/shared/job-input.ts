import * as z from "zod";
import { type JobInput, jobInput } from "./job-contract.ts";
import { parseInput } from "./input.ts";

/** Parser of the input that the job workflows share. @param timeLimitSeconds upper bound of the processing time */
export function jobInputParser(timeLimitSeconds: number): (event: unknown) => JobInput {
  const bounded = jobInput.extend({ processingTime: z.number().min(0).max(timeLimitSeconds) });
  return (event) => parseInput(bounded, event);
}
