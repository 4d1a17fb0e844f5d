import * as z from "zod";
import { defineJob } from "../kit/define-job.ts";

const input = z.strictObject({
  message: z.string().min(1).max(1024),
  /** Seconds. */
  processingTime: z.number().min(0),
  /** Makes the job fail after its processing time: with an `error` it reports the failure, without one it crashes. */
  fail: z.strictObject({ exitCode: z.number().int().min(1).max(255), error: z.string().min(1).max(1024).optional() }).optional(),
  /** Makes the job hang: it stays alive, does nothing and sends no heartbeat. */
  hang: z.boolean().optional(),
  /** Makes the job block its event loop: it never ends, sends no heartbeat and does not notice that it has to stop. */
  spin: z.boolean().optional(),
});

export type SampleInput = z.output<typeof input>;

export default defineJob({
  description: "Takes its time and returns its message",
  input: ({ timeLimitSeconds }) => input.extend({ processingTime: z.number().min(0).max(timeLimitSeconds) }),
  reports: "kit",
});
