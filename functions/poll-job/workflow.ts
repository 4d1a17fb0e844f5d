import { jobExecutionSeconds } from "../shared/execution-time.ts";
import { jobExamples } from "../shared/job-examples.ts";
import { jobRequest } from "../shared/job-request.ts";
import { defineWorkflow } from "../shared/workflow.ts";

export default defineWorkflow({
  description: "Runs a job and waits until its task has stopped",
  input: ({ jobTimeLimitSeconds }) => jobRequest(jobTimeLimitSeconds),
  durable: { timeoutSeconds: jobExecutionSeconds },
  needs: ["runJobs", "controlTasks"],
  examples: [
    { title: "a job of 2 s", input: { message: "hello", processingTime: 2 }, expect: { result: { exitCode: 0, attempts: 1 } } },
    {
      title: "a job that exits 3 fails the execution",
      input: { message: "hello", processingTime: 0, fail: { exitCode: 3 } },
      expect: { status: "FAILED", error: { type: "JobFailed", message: /3.*Essential container/s } },
    },
    ...jobExamples("exit code"),
  ],
});
