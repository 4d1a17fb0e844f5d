import * as z from "zod";

/** What `create-reminder` put into the schedule, with the Scheduler's own attributes filled in. */
export const reminderInput = z.strictObject({
  key: z.string(),
  payload: z.json(),
  /** ISO 8601: the time that was asked for. Names the occurrence, with `scheduleArn`. */
  scheduledTime: z.string(),
  scheduleArn: z.string(),
  /** The Scheduler's id of one attempted invocation, for logs only. */
  executionId: z.string(),
});
