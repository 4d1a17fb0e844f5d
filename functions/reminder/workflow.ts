import { SHORT_EXECUTION_SECONDS } from "../shared/execution-time.ts";
import { defineWorkflow } from "../shared/workflow.ts";
import { reminderInput } from "./input.ts";

export default defineWorkflow({
  description: "Delivers a reminder, invoked by its one-time schedule",
  input: reminderInput,
  durable: { timeoutSeconds: SHORT_EXECUTION_SECONDS },
  needs: ["keepOccurrence"],
  examples: [
    {
      title: "tea",
      input: {
        key: "tea",
        payload: { cup: 1 },
        scheduledTime: "<now+0s>Z",
        scheduleArn: "arn:aws:scheduler:us-east-1:000000000000:schedule/reminders/tea",
        executionId: "by-hand",
      },
      offer: ["console"],
    },
  ],
});
