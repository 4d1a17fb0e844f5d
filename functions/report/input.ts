import * as z from "zod";

/** From the cron schedule; all absent when somebody invokes the report by hand. */
export const reportInput = z.strictObject({
  /** ISO 8601: the time that the schedule specifies, even when it invokes the function later. Names the occurrence, with `scheduleArn`. */
  scheduledTime: z.string().optional(),
  scheduleArn: z.string().optional(),
  /** The Scheduler's id of one attempted invocation, for logs only. */
  executionId: z.string().optional(),
});
