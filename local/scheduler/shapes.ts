import * as z from "zod";
import type { ScheduleDefinition } from "./scheduler.ts";
import type { Schedule, ScheduleGroup } from "./schedules.ts";

export const name = z.string().regex(/^[\w.-]{1,64}$/);
export const clientToken = z.string().regex(/^[\w-]{1,64}$/).optional();
/** Epoch seconds on the wire; beyond this many JavaScript has no date. */
const LATEST_SECONDS = 8.64e12;
const date = z.number().min(-LATEST_SECONDS).max(LATEST_SECONDS).transform((seconds) => new Date(seconds * 1000).toISOString());

/** The body of CreateSchedule and UpdateSchedule, with Scheduler's defaults filled in. */
export const scheduleInput = z
  .object({
    Name: name,
    GroupName: name.default("default"),
    ClientToken: clientToken,
    ScheduleExpression: z.string().min(1).max(256),
    ScheduleExpressionTimezone: z.string().min(1).max(50).default("UTC"),
    State: z.enum(["ENABLED", "DISABLED"]).default("ENABLED"),
    ActionAfterCompletion: z.enum(["NONE", "DELETE"]).default("NONE"),
    Description: z.string().max(512).optional(),
    KmsKeyArn: z.undefined("The local stack does not encrypt schedules.").optional(),
    StartDate: date.optional(),
    EndDate: date.optional(),
    FlexibleTimeWindow: z.discriminatedUnion("Mode", [
      z.object({ Mode: z.literal("OFF") }),
      z.object({ Mode: z.literal("FLEXIBLE"), MaximumWindowInMinutes: z.int().min(1).max(1440) }),
    ]),
    Target: z.object({
      Arn: z.string().min(1).max(1600),
      RoleArn: z.string().min(1).max(1600),
      Input: z.string().min(1).optional(),
      DeadLetterConfig: z.object({ Arn: z.string().regex(/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]+$/).optional() }).optional(),
      RetryPolicy: z
        .object({
          MaximumEventAgeInSeconds: z.int().min(60).max(86_400).default(86_400),
          MaximumRetryAttempts: z.int().min(0).max(185).default(185),
        })
        .default({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }),
    }),
  })
  .transform((input) => ({
    token: input.ClientToken,
    definition: {
      name: input.Name,
      groupName: input.GroupName,
      scheduleExpression: input.ScheduleExpression,
      scheduleExpressionTimezone: input.ScheduleExpressionTimezone,
      state: input.State,
      actionAfterCompletion: input.ActionAfterCompletion,
      description: input.Description,
      startDate: input.StartDate,
      endDate: input.EndDate,
      flexibleTimeWindow:
        input.FlexibleTimeWindow.Mode === "OFF"
          ? { mode: "OFF" }
          : { mode: "FLEXIBLE", maximumWindowInMinutes: input.FlexibleTimeWindow.MaximumWindowInMinutes },
      target: {
        arn: input.Target.Arn,
        roleArn: input.Target.RoleArn,
        input: input.Target.Input,
        retryPolicy: {
          maximumEventAgeInSeconds: input.Target.RetryPolicy.MaximumEventAgeInSeconds,
          maximumRetryAttempts: input.Target.RetryPolicy.MaximumRetryAttempts,
        },
        deadLetterQueueArn: input.Target.DeadLetterConfig?.Arn,
      },
    } satisfies ScheduleDefinition,
  }));

export function describeGroup(group: ScheduleGroup) {
  const createdAt = group.createdAt / 1000;
  return { Arn: group.arn, Name: group.name, State: "ACTIVE", CreationDate: createdAt, LastModificationDate: createdAt };
}

export function summarizeSchedule({ definition, createdAt, modifiedAt }: Schedule) {
  return {
    Arn: definition.arn,
    Name: definition.name,
    GroupName: definition.groupName,
    State: definition.state,
    CreationDate: createdAt / 1000,
    LastModificationDate: modifiedAt / 1000,
    Target: { Arn: definition.target.arn },
  };
}

export function describeSchedule(schedule: Schedule) {
  const { definition } = schedule;
  const { flexibleTimeWindow: window, target } = definition;
  const epochSeconds = (iso: string | undefined) => (iso === undefined ? undefined : Date.parse(iso) / 1000);
  return {
    ...summarizeSchedule(schedule),
    ScheduleExpression: definition.scheduleExpression,
    ScheduleExpressionTimezone: definition.scheduleExpressionTimezone,
    ActionAfterCompletion: definition.actionAfterCompletion,
    Description: definition.description,
    StartDate: epochSeconds(definition.startDate),
    EndDate: epochSeconds(definition.endDate),
    FlexibleTimeWindow: window.mode === "OFF" ? { Mode: "OFF" } : { Mode: "FLEXIBLE", MaximumWindowInMinutes: window.maximumWindowInMinutes },
    Target: {
      Arn: target.arn,
      RoleArn: target.roleArn,
      Input: target.input,
      RetryPolicy: {
        MaximumEventAgeInSeconds: target.retryPolicy.maximumEventAgeInSeconds,
        MaximumRetryAttempts: target.retryPolicy.maximumRetryAttempts,
      },
      DeadLetterConfig: target.deadLetterQueueArn === undefined ? undefined : { Arn: target.deadLetterQueueArn },
    },
  };
}
