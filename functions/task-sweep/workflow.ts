import { defineWorkflow } from "../shared/workflow.ts";
import { sweepInput } from "./input.ts";

/**
 * Of one sweep: at five requests a second, 4,200 of them. With 5,000 open executions its lists take 113. Shorter than the schedule's
 * interval, so that no sweep meets the next one.
 */
const SWEEP_SECONDS = 840;

export default defineWorkflow({
  description: "Compares tasks, executions and records, and repairs what no event has",
  input: sweepInput,
  durable: false,
  timeoutSeconds: SWEEP_SECONDS,
  needs: ["watchJobs", "followTasks", "stopTasks", "listJobs"],
  examples: [{ title: "a sweep", input: {}, offer: ["console"] }],
});
