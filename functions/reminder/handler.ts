import type * as z from "zod";
import { durableHandler } from "../shared/durable-handler.ts";
import { parseInput } from "../shared/input.ts";
import { retryTransient } from "../shared/retry.ts";
import { reminderInput } from "./input.ts";

type Reminder = z.output<typeof reminderInput>;

export interface ReminderResult extends Pick<Reminder, "key" | "payload" | "scheduledTime"> {
  readonly delivered: true;
}

/** What a one-time schedule starts: delivers the reminder. */
export const handler = durableHandler(
  (event) => parseInput(reminderInput, event),
  async (reminder, context): Promise<ReminderResult> =>
    context.step(
      "deliver",
      async ({ logger }) => {
        // A sample: this is where the reminder would be sent. The payload is the caller's and stays out of the log.
        logger.info("Reminder due", { key: reminder.key, scheduledTime: reminder.scheduledTime });
        return { delivered: true as const, key: reminder.key, payload: reminder.payload, scheduledTime: reminder.scheduledTime };
      },
      { retryStrategy: retryTransient },
    ),
);
