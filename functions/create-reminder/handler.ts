import { ConflictException, CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import * as z from "zod";
import { durableHandler } from "../shared/durable-handler.ts";
import { parseEnvironment } from "../shared/environment.ts";
import { WorkflowError } from "../shared/errors.ts";
import { idempotencyToken } from "../shared/execution.ts";
import { parseInput } from "../shared/input.ts";
import { retryTransient } from "../shared/retry.ts";
import { createReminderInput } from "./input.ts";
import { type ScheduleMoment, scheduleMoment } from "./moment.ts";

const createReminderEnvironment = z.object({
  SCHEDULE_GROUP_NAME: z.string().min(1),
  SCHEDULE_ROLE_ARN: z.string().min(1),
  REMINDER_ARN: z.string().min(1),
  SCHEDULE_DEAD_LETTER_QUEUE_ARN: z.string().min(1),
});

type Environment = z.output<typeof createReminderEnvironment>;

interface Dependencies {
  readonly scheduler: SchedulerClient;
  readonly environment: Environment;
}

export interface CreateReminderResult {
  readonly scheduleArn: string;
  readonly key: string;
  /** Local to the time zone, both as the schedule has them: a UTC offset has become UTC. */
  readonly at: string;
  readonly timeZone: string;
  /** False when there was a schedule of this key: it is the one described, and stays as it was. */
  readonly created: boolean;
}

/** A start that fails is tried again for a day. */
const RETRY_POLICY = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/** Creates a one-time schedule that starts `reminder` and deletes itself. */
export const createHandler = ({ scheduler, environment }: Dependencies) =>
  durableHandler(
    (event) => {
      const input = parseInput(createReminderInput, event);
      return { ...input, moment: scheduleMoment(input.at, input.timeZone) };
    },
    async ({ key, payload, moment }, context): Promise<CreateReminderResult> => {
      const clientToken = idempotencyToken(context.executionContext.durableExecutionArn, "create-schedule");
      const created = await context.step("create-schedule", () => createSchedule(scheduler, environment, { key, payload, moment, clientToken }), {
        retryStrategy: retryTransient,
      });
      if (created !== undefined) {
        return { scheduleArn: created, key, at: moment.at, timeZone: moment.timeZone, created: true };
      }
      const existing = await context.step("get-schedule", () => getSchedule(scheduler, environment, key), { retryStrategy: retryTransient });
      return { ...existing, key, created: false };
    },
  );

/** @returns the schedule's ARN, or undefined when there is a schedule of that name */
async function createSchedule(
  scheduler: SchedulerClient,
  environment: Environment,
  reminder: { key: string; payload: unknown; moment: ScheduleMoment; clientToken: string },
): Promise<string | undefined> {
  const { at, timeZone, epochMilliseconds } = reminder.moment;
  // Looks at the clock, so it belongs in the step and not at the door.
  if (epochMilliseconds <= Date.now()) {
    throw new WorkflowError("InvalidInput", `at: ${at} (${timeZone}) is in the past`);
  }
  try {
    const { ScheduleArn } = await scheduler.send(
      new CreateScheduleCommand({
        Name: reminder.key,
        GroupName: environment.SCHEDULE_GROUP_NAME,
        ClientToken: reminder.clientToken,
        ScheduleExpression: `at(${at})`,
        ScheduleExpressionTimezone: timeZone,
        FlexibleTimeWindow: { Mode: "OFF" },
        ActionAfterCompletion: "DELETE",
        Target: {
          Arn: environment.REMINDER_ARN,
          RoleArn: environment.SCHEDULE_ROLE_ARN,
          Input: targetInput(reminder.key, reminder.payload),
          RetryPolicy: RETRY_POLICY,
          DeadLetterConfig: { Arn: environment.SCHEDULE_DEAD_LETTER_QUEUE_ARN },
        },
      }),
    );
    if (ScheduleArn === undefined) {
      throw new Error("The Scheduler answered without a schedule ARN");
    }
    return ScheduleArn;
  } catch (error) {
    if (error instanceof ConflictException) {
      return undefined;
    }
    throw error;
  }
}

/** The Scheduler fills in its attributes wherever it finds them, so the payload must not contain any: `<` is escaped in it. */
function targetInput(key: string, payload: unknown): string {
  const attributes = {
    scheduledTime: "<aws.scheduler.scheduled-time>",
    scheduleArn: "<aws.scheduler.schedule-arn>",
    executionId: "<aws.scheduler.execution-id>",
  };
  const caller = JSON.stringify({ key, payload }).replaceAll("<", String.raw`\u003c`);
  return `${caller.slice(0, -1)},${JSON.stringify(attributes).slice(1)}`;
}

async function getSchedule(
  scheduler: SchedulerClient,
  environment: Environment,
  key: string,
): Promise<{ scheduleArn: string; at: string; timeZone: string }> {
  const schedule = await scheduler.send(new GetScheduleCommand({ Name: key, GroupName: environment.SCHEDULE_GROUP_NAME }));
  const at = /^at\((.+)\)$/.exec(schedule.ScheduleExpression ?? "")?.[1];
  if (schedule.Arn === undefined || at === undefined) {
    throw new Error(`The schedule ${key} is not a one-time schedule`);
  }
  return { scheduleArn: schedule.Arn, at, timeZone: schedule.ScheduleExpressionTimezone ?? "UTC" };
}

export const handler = createHandler({ scheduler: new SchedulerClient({}), environment: parseEnvironment(createReminderEnvironment) });
