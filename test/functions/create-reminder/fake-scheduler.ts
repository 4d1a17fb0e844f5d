import "../environment.ts";
import { ConflictException, ResourceNotFoundException, SchedulerClient } from "@aws-sdk/client-scheduler";
import { createHandler } from "../../../functions/create-reminder/handler.ts";
import { scripted } from "../scripted-client.ts";

export const environment = {
  SCHEDULE_GROUP_NAME: "reminders",
  SCHEDULE_ROLE_ARN: "arn:aws:iam::111122223333:role/reminder-schedules",
  REMINDER_ARN: "arn:aws:lambda:eu-central-1:111122223333:function:reminder:live",
  SCHEDULE_DEAD_LETTER_QUEUE_ARN: "arn:aws:sqs:eu-central-1:111122223333:schedules-dlq",
};

interface Schedule {
  readonly Name: string;
  readonly ClientToken: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
  readonly Target: { readonly Input: string };
}

export const scheduleArn = (name: string) => `arn:aws:scheduler:eu-central-1:111122223333:schedule/reminders/${name}`;

/** A Scheduler that keeps schedules by name and knows a repeated request by its token. */
export class FakeScheduler {
  readonly schedules = new Map<string, Schedule>();
  readonly calls: string[] = [];
  created = 0;
  /** What the handler reads as the time. */
  now: () => number = Date.now;
  before: (operation: string) => void = () => undefined;
  afterCreate: () => void = () => undefined;
  readonly client = scripted(new SchedulerClient({}), (operation, input) => this.#answer(operation, input));

  handler() {
    return createHandler({ scheduler: this.client, environment, now: () => this.now() });
  }

  /** Puts a schedule as another execution would have created it. */
  put(name: string, at: string): void {
    this.schedules.set(name, { Name: name, ClientToken: "another", ScheduleExpression: `at(${at})`, ScheduleExpressionTimezone: "UTC", Target: { Input: "{}" } });
  }

  #answer(operation: string, input: Record<string, unknown>): object {
    this.calls.push(operation);
    this.before(operation);
    const name = input["Name"] as string;
    const present = this.schedules.get(name);
    const metadata = { message: operation, Message: operation, $metadata: {} };
    if (operation === "GetSchedule") {
      if (present === undefined) throw new ResourceNotFoundException(metadata);
      return { Arn: scheduleArn(name), ...present };
    }
    if (present && present.ClientToken !== input["ClientToken"]) throw new ConflictException(metadata);
    if (!present) {
      this.created += 1;
      this.schedules.set(name, input as unknown as Schedule);
      this.afterCreate();
    }
    return { ScheduleArn: scheduleArn(name) };
  }
}
