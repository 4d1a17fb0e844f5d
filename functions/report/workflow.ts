import { SHORT_EXECUTION_SECONDS } from "../shared/execution-time.ts";
import { defineWorkflow } from "../shared/workflow.ts";
import { reportInput } from "./input.ts";

export default defineWorkflow({
  description: "Fetches, waits, processes and stores, invoked by a schedule",
  input: reportInput,
  durable: { timeoutSeconds: SHORT_EXECUTION_SECONDS },
  needs: ["keepOccurrence"],
  schedule: ({ reportSchedule, reportTimeZone, reportFlexibleWindowMinutes }) => ({
    expression: reportSchedule,
    timeZone: reportTimeZone,
    flexibleWindowMinutes: reportFlexibleWindowMinutes,
  }),
  examples: [{ title: "fetch, wait 10 s, process", input: {}, expect: { result: { total: 560, source: "sample-sales" } } }],
});
