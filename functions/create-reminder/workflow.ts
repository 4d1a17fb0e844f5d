import { SHORT_EXECUTION_SECONDS } from "../shared/execution-time.ts";
import { defineWorkflow } from "../shared/workflow.ts";
import { createReminderInput } from "./input.ts";

export default defineWorkflow({
  description: "Creates a one-time schedule that starts reminder",
  input: createReminderInput,
  // The key of a reminder still belongs to the schedule of an earlier one; invoke again later.
  errors: { KeyInUse: "caller" },
  durable: { timeoutSeconds: SHORT_EXECUTION_SECONDS },
  needs: ["createReminders"],
  // The demo run waits for the reminder as well: demo.ts.
  examples: [{ title: "tea in a minute", input: { key: "tea-<unique>", at: "<now+60s>", payload: { cup: 1 } }, offer: ["console"] }],
});
