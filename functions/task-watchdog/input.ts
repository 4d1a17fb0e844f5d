import * as z from "zod";

/** EventBridge events carry much more, and may carry more tomorrow: only what is used is looked at. */
const taskStateChange = z.object({
  "detail-type": z.literal("ECS Task State Change"),
  detail: z.object({
    taskArn: z.string(),
    lastStatus: z.string(),
    stopCode: z.string().optional(),
    stoppedReason: z.string().optional(),
    startedAt: z.string().optional(),
    stoppedAt: z.string().optional(),
    containers: z.array(z.object({ name: z.string(), exitCode: z.number().optional(), reason: z.string().optional() })),
    overrides: z.object({
      containerOverrides: z
        .array(
          z.object({
            name: z.string(),
            environment: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
          }),
        )
        .default([]),
    }),
  }),
});

const executionStatusChange = z.object({
  "detail-type": z.literal("Durable Execution Status Change"),
  detail: z.object({ durableExecutionArn: z.string(), status: z.string() }),
});

export const watchdogEvent = z.discriminatedUnion("detail-type", [taskStateChange, executionStatusChange]);

export type TaskStateChange = z.output<typeof taskStateChange>["detail"];
export type ExecutionStatusChange = z.output<typeof executionStatusChange>["detail"];
