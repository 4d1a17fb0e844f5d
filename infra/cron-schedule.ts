import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RecurringExpression } from "../functions/shared/workflow.ts";
import { deadLetterQueue } from "./dead-letter-queue.ts";
import { allow, policy, trust } from "./iam.ts";
import type { Place } from "./names.ts";
import type { PublishedFunction } from "./published-function.ts";

export interface CronScheduleArgs {
  readonly place: Place;
  /** What it starts: the version that is published now, so that a change of code is a change of the schedule that a preview shows. */
  readonly target: PublishedFunction;
  readonly expression: RecurringExpression;
  /** IANA name; daylight saving is followed. */
  readonly timeZone: string;
  /** Minutes within which it may start, to spread load; 0 is on time. At most 1,440. */
  readonly flexibleWindowMinutes: number;
}

/** An hour and five attempts, over the Scheduler's default of a day and 185: a report that is a day late helps no one. */
const RETRY_POLICY = { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 5 };

/** `scheduleArn` and `scheduledTime` together name the occurrence. `executionId` names one attempted invocation: it is for logs. */
const INPUT = JSON.stringify({
  scheduledTime: "<aws.scheduler.scheduled-time>",
  scheduleArn: "<aws.scheduler.schedule-arn>",
  executionId: "<aws.scheduler.execution-id>",
});

/**
 * Invokes a function at each occurrence of a cron or rate expression, with the input `{ scheduledTime, scheduleArn, executionId }`. The
 * Scheduler delivers at least once: the function must give a second delivery of one occurrence no second effect.
 *
 * Costs 1 USD per million invocations, of which 14 million a month are free (November 2026).
 */
export class CronSchedule extends pulumi.ComponentResource {
  /** A group for this schedule alone: a trust policy can name a group, not a schedule. */
  readonly group: aws.scheduler.ScheduleGroup;
  readonly schedule: aws.scheduler.Schedule;
  readonly deadLetterQueue: aws.sqs.Queue;

  constructor(name: string, args: CronScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:CronSchedule", name, {}, opts);
    const targetArn = args.target.function.qualifiedArn;

    this.group = new aws.scheduler.ScheduleGroup(`${name}-group`, {}, { parent: this });
    this.deadLetterQueue = deadLetterQueue(`${name}-dead-letters`, { parent: this });
    const role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: trust("scheduler.amazonaws.com", args.place, this.group.arn) }, { parent: this });
    const rolePolicy = new aws.iam.RolePolicy(
      `${name}-policy`,
      {
        // With the version comes a new policy, and the old one goes last of all: until the schedule has moved, it may start the old version.
        name: pulumi.interpolate`start-version-${args.target.function.version}`,
        role: role.name,
        policy: policy([
          allow("StartTarget", ["lambda:InvokeFunction"], [targetArn]),
          allow("SendDeadLetters", ["sqs:SendMessage"], [this.deadLetterQueue.arn]),
        ]),
      },
      { parent: this },
    );
    this.schedule = new aws.scheduler.Schedule(
      name,
      {
        groupName: this.group.name,
        scheduleExpression: args.expression,
        scheduleExpressionTimezone: args.timeZone,
        flexibleTimeWindow: args.flexibleWindowMinutes === 0 ? { mode: "OFF" } : { mode: "FLEXIBLE", maximumWindowInMinutes: args.flexibleWindowMinutes },
        target: {
          arn: targetArn,
          roleArn: role.arn,
          input: INPUT,
          retryPolicy: RETRY_POLICY,
          deadLetterConfig: { arn: this.deadLetterQueue.arn },
        },
      },
      { parent: this, dependsOn: rolePolicy },
    );
    this.registerOutputs({ scheduleArn: this.schedule.arn });
  }
}
