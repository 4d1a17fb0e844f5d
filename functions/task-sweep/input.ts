import * as z from "zod";

const DEFAULT_SETTLE_SECONDS = 300;

/** From the schedule, whose own fields don't matter here; a person may start a sweep with another `settleSeconds`. */
export const sweepInput = z.object({
  /** Age, in seconds, below which tasks, executions and records are left alone: their events may still be on their way. */
  settleSeconds: z.number().min(0).max(86_400).default(DEFAULT_SETTLE_SECONDS),
});
