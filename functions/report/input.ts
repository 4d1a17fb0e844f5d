import * as z from "zod";

/** From the cron schedule; both absent when somebody starts a report by hand. */
export const reportInput = z.strictObject({
  /** ISO 8601: the moment that the schedule stood for, even when it started late. */
  scheduledTime: z.string().optional(),
  /** The Scheduler's own id of this start. */
  executionId: z.string().optional(),
});
