import { defineWorkflow } from "../shared/workflow.ts";
import { watchdogEvent } from "./input.ts";

export default defineWorkflow({
  description: "Ends executions whose task is gone, and tasks whose execution is gone",
  input: watchdogEvent,
  durable: false,
  reservedConcurrency: ({ watchdogReservedConcurrency }) => watchdogReservedConcurrency,
  needs: ["watchJobs", "stopTasks", "closeRecords"],
  examples: [
    {
      title: "an execution has ended",
      input: {
        "detail-type": "Durable Execution Status Change",
        detail: { durableExecutionArn: "arn:aws:lambda:us-east-1:000000000000:function:math:1/durable-execution/a/a", status: "SUCCEEDED" },
      },
      offer: ["console"],
    },
  ],
});
