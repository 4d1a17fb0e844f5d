import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { deadLetterQueue } from "./dead-letter-queue.ts";
import { allow, allowPassRole, policy, trust, type Statement } from "./iam.ts";
import { arn, type Place } from "./names.ts";

export interface OneTimeSchedulesArgs {
  readonly place: Place;
  /** Qualified ARN of the function that the schedules start, and the only one they can. */
  readonly targetArn: pulumi.Input<string>;
  /** Refuses to delete the group, and the schedules in it with it. */
  readonly protect: boolean;
}

/**
 * A home for schedules that a function creates at run time, each of which starts one function once and deletes itself. They
 * are data, not infrastructure: kept out of Pulumi's state, which would restore them after they fired.
 *
 * Costs 1 USD per million starts. An account has room for 10 million schedules in a Region, by default (November 2026).
 */
export class OneTimeSchedules extends pulumi.ComponentResource {
  readonly group: aws.scheduler.ScheduleGroup;
  /** What the Scheduler acts as when a schedule fires. */
  readonly role: aws.iam.Role;
  readonly deadLetterQueue: aws.sqs.Queue;
  /** What the function that creates schedules has to be allowed: schedules in this group, for this role. */
  readonly callerStatements: readonly Statement[];

  constructor(name: string, args: OneTimeSchedulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:OneTimeSchedules", name, {}, opts);

    this.group = new aws.scheduler.ScheduleGroup(`${name}-group`, {}, { parent: this, protect: args.protect });
    this.deadLetterQueue = deadLetterQueue(`${name}-dead-letters`, { parent: this });
    this.role = new aws.iam.Role(`${name}-role`, { assumeRolePolicy: trust("scheduler.amazonaws.com", args.place, this.group.arn) }, { parent: this });
    new aws.iam.RolePolicy(
      `${name}-policy`,
      {
        role: this.role.name,
        policy: policy([
          allow("StartTarget", ["lambda:InvokeFunction"], [args.targetArn]),
          allow("SendDeadLetters", ["sqs:SendMessage"], [this.deadLetterQueue.arn]),
        ]),
      },
      { parent: this },
    );
    this.callerStatements = [
      allow("CreateSchedules", ["scheduler:CreateSchedule", "scheduler:GetSchedule"], [arn(args.place, "scheduler", pulumi.interpolate`schedule/${this.group.name}/*`)]),
      allowPassRole("PassScheduleRole", [this.role.arn], "scheduler.amazonaws.com"),
    ];
    this.registerOutputs({ groupName: this.group.name });
  }
}
