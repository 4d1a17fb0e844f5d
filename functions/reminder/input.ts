import * as z from "zod";

/** What `create-reminder` put into the schedule, with the Scheduler's own attributes filled in. */
export const reminderInput = z.strictObject({
  key: z.string(),
  payload: z.json(),
  /** ISO 8601: the moment that was asked for. */
  scheduledTime: z.string(),
  scheduleArn: z.string(),
  /** The Scheduler's own id of this start. */
  executionId: z.string(),
});
