import * as z from "zod";
import { isLocalTime, isTimeZone } from "./moment.ts";

export const createReminderInput = z.strictObject({
  /** Names the reminder and its schedule. Free for another reminder once the Scheduler has deleted that schedule. */
  key: z.string().regex(/^[0-9A-Za-z_.-]{1,64}$/, "must be 1 to 64 letters, digits, or any of _ . -").describe("1 to 64 letters, digits, or any of _ . -"),
  /** Local to the time zone. */
  at: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d$/, "must be a local time such as 2030-01-31T09:00:00").refine(isLocalTime, "does not exist").describe("a local time such as 2030-01-31T09:00:00"),
  /** IANA name or UTC offset. */
  timeZone: z.string().refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin, or a UTC offset such as +02:00").default("UTC"),
  payload: z.json(),
});
