import { ConflictException, CreateScheduleCommand, GetScheduleCommand, ResourceNotFoundException, type SchedulerClient } from "@aws-sdk/client-scheduler";
import * as z from "zod";
import { type ScheduleMoment, scheduledEpoch } from "./moment.ts";

export const schedulesEnvironment = z.object({
  SCHEDULE_GROUP_NAME: z.string().min(1),
  SCHEDULE_ROLE_ARN: z.string().min(1),
  REMINDER_ARN: z.string().min(1),
  SCHEDULE_DEAD_LETTER_QUEUE_ARN: z.string().min(1),
});

export interface ExistingSchedule extends ScheduleMoment {
  readonly scheduleArn: string;
}

/** A delivery that fails is retried for a day. */
const RETRY_POLICY = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/** The one-time schedules of reminders, in a group of their own. */
export class ReminderSchedules {
  readonly #scheduler: SchedulerClient;
  readonly #environment: z.output<typeof schedulesEnvironment>;

  constructor(scheduler: SchedulerClient, environment: z.output<typeof schedulesEnvironment>) {
    this.#scheduler = scheduler;
    this.#environment = environment;
  }

  /**
   * Creates a schedule that invokes `reminder` and deletes itself.
   *
   * @param reminder.clientToken a call that is repeated with it returns the schedule that it created
   * @returns the schedule's ARN, or undefined when another schedule has the key
   */
  async create(reminder: { key: string; payload: unknown; moment: ScheduleMoment; clientToken: string }): Promise<string | undefined> {
    const { at, timeZone } = reminder.moment;
    try {
      const { ScheduleArn } = await this.#scheduler.send(
        new CreateScheduleCommand({
          Name: reminder.key,
          GroupName: this.#environment.SCHEDULE_GROUP_NAME,
          ClientToken: reminder.clientToken,
          ScheduleExpression: `at(${at})`,
          ScheduleExpressionTimezone: timeZone,
          FlexibleTimeWindow: { Mode: "OFF" },
          ActionAfterCompletion: "DELETE",
          Target: {
            Arn: this.#environment.REMINDER_ARN,
            RoleArn: this.#environment.SCHEDULE_ROLE_ARN,
            Input: targetInput(reminder.key, reminder.payload),
            RetryPolicy: RETRY_POLICY,
            DeadLetterConfig: { Arn: this.#environment.SCHEDULE_DEAD_LETTER_QUEUE_ARN },
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

  /** @returns the schedule that has the key, or undefined when there is none any more */
  async find(key: string): Promise<ExistingSchedule | undefined> {
    try {
      const schedule = await this.#scheduler.send(new GetScheduleCommand({ Name: key, GroupName: this.#environment.SCHEDULE_GROUP_NAME }));
      const at = /^at\((.+)\)$/.exec(schedule.ScheduleExpression ?? "")?.[1];
      if (schedule.Arn === undefined || at === undefined) {
        throw new Error(`The schedule ${key} is not a one-time schedule`);
      }
      const timeZone = schedule.ScheduleExpressionTimezone ?? "UTC";
      return { scheduleArn: schedule.Arn, at, timeZone, epochMilliseconds: scheduledEpoch(at, timeZone) };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) {
        return undefined;
      }
      throw error;
    }
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
