import { dispatchExecutionSeconds } from "../shared/execution-time.ts";
import { jobExamples } from "../shared/job-examples.ts";
import { jobRequest } from "../shared/job-request.ts";
import { defineWorkflow } from "../shared/workflow.ts";
import { retryInput } from "./input.ts";

export default defineWorkflow({
  description: "Starts a job that keeps its own record",
  input: ({ jobTimeLimitSeconds }) => jobRequest(jobTimeLimitSeconds).or(retryInput),
  durable: { timeoutSeconds: dispatchExecutionSeconds },
  needs: ["runJobs", "keepRecord"],
  // The demo run checks the record as well: demo.ts.
  examples: [{ title: "a job of 5 s", input: { message: "hello", processingTime: 5 }, offer: ["console"] }, ...jobExamples("at once")],
});
