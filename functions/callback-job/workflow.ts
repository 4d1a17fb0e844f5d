import { jobExecutionSeconds } from "../shared/execution-time.ts";
import { jobExamples } from "../shared/job-examples.ts";
import { jobRequest } from "../shared/job-request.ts";
import { defineWorkflow } from "../shared/workflow.ts";

export default defineWorkflow({
  description: "Runs a job and waits until it reports",
  input: ({ jobTimeLimitSeconds }) => jobRequest(jobTimeLimitSeconds),
  durable: { timeoutSeconds: jobExecutionSeconds },
  environment: ({ jobHeartbeatTimeoutSeconds }) => ({ HEARTBEAT_TIMEOUT_SECONDS: String(jobHeartbeatTimeoutSeconds) }),
  needs: ["runJobs", "controlTasks", "manageCallbacks"],
  examples: [
    { title: "a job of 2 s", input: { message: "hello", processingTime: 2 }, expect: { result: { message: "hello" } } },
    {
      title: "a job that reports an error",
      input: { message: "hello", processingTime: 1, fail: { exitCode: 4, error: "out of paper" } },
      expect: { status: "FAILED", error: { type: "JobFailed", message: /out of paper/ } },
    },
    {
      title: "a job that just dies, told by task-watchdog",
      input: { message: "hello", processingTime: 1, fail: { exitCode: 3 } },
      expect: { status: "FAILED", error: { type: "JobFailed", message: /3.*Essential container/s } },
    },
    ...jobExamples("report"),
  ],
});
