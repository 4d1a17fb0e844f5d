import * as z from "zod";
import type { ScheduleDeclaration, ScheduleGroupDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared } from "./declared.ts";
import { isSimulatedTarget } from "./properties/scheduler.ts";
import { physicalName, type Providers } from "./provider.ts";

const SCHEDULE = "aws:scheduler/schedule:Schedule";
const SCHEDULE_GROUP = "aws:scheduler/scheduleGroup:ScheduleGroup";
/** Scheduler's defaults: 24 hours and 185 attempts. */
const DEFAULT_RETRY_POLICY = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

export const schedulerProviders: Providers = {
  [SCHEDULE_GROUP]: (resource, context) => {
    const name = physicalName(resource, context);
    return { id: name, outputs: { id: name, name, arn: arn(context.identity, "scheduler", `schedule-group/${name}`) } };
  },
  [SCHEDULE]: (resource, context) => {
    const name = physicalName(resource, context);
    const groupName = typeof resource.inputs.groupName === "string" ? resource.inputs.groupName : "default";
    const path = `${groupName}/${name}`;
    return { id: path, outputs: { id: path, name, groupName, arn: arn(context.identity, "scheduler", `schedule/${path}`) } };
  },
};

const schedule = z.object({
  arn: z.string(),
  name: z.string(),
  groupName: z.string(),
  scheduleExpression: z.string(),
  scheduleExpressionTimezone: z.string().default("UTC"),
  state: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
  actionAfterCompletion: z.enum(["NONE", "DELETE"]).default("NONE"),
  flexibleTimeWindow: z.discriminatedUnion("mode", [
    z.object({ mode: z.literal("OFF") }),
    z.object({ mode: z.literal("FLEXIBLE"), maximumWindowInMinutes: z.number() }),
  ]),
  startDate: z.string().optional(),
  endDate: z.string().optional(),
  description: z.string().optional(),
  target: z
    .object({
      arn: z.string(),
      roleArn: z.string(),
      input: z.string().optional(),
      retryPolicy: z
        .object({
          maximumEventAgeInSeconds: z.number().default(DEFAULT_RETRY_POLICY.maximumEventAgeInSeconds),
          maximumRetryAttempts: z.number().default(DEFAULT_RETRY_POLICY.maximumRetryAttempts),
        })
        .default(DEFAULT_RETRY_POLICY),
      deadLetterConfig: z.object({ arn: z.string() }).optional(),
    })
    .transform(({ deadLetterConfig, ...target }) => ({ ...target, deadLetterQueueArn: deadLetterConfig?.arn })),
});

export function declareScheduleGroups(resources: readonly RegisteredResource[]): ScheduleGroupDeclaration[] {
  return declared(resources, SCHEDULE_GROUP, z.object({ arn: z.string(), name: z.string() }));
}

export function declareSchedules(resources: readonly RegisteredResource[]): ScheduleDeclaration[] {
  return declared(resources, SCHEDULE, schedule).filter(({ target }) => isSimulatedTarget(target.arn));
}
