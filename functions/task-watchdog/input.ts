import * as z from "zod";
import { taskState } from "../shared/job-task.ts";

/** EventBridge events carry much more, and may carry more tomorrow: only what is used is parsed. */
const taskStateChange = z.object({ "detail-type": z.literal("ECS Task State Change"), detail: taskState });

const executionStatusChange = z.object({
  "detail-type": z.literal("Durable Execution Status Change"),
  detail: z.object({ durableExecutionArn: z.string(), status: z.string() }),
});

export const watchdogEvent = z.discriminatedUnion("detail-type", [taskStateChange, executionStatusChange]);

export type ExecutionStatusChange = z.output<typeof executionStatusChange>["detail"];
