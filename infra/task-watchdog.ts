import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { CronSchedule } from "./cron-schedule.ts";
import { deadLetterQueue } from "./dead-letter-queue.ts";
import { allowSending, policy } from "./iam.ts";
import { functionArn, type Place } from "./names.ts";
import type { PublishedFunction } from "./published-function.ts";
import { CALLBACK_FUNCTIONS, type FunctionName, JOB_FUNCTIONS } from "./workflows.ts";

export interface TaskWatchdogArgs {
  readonly place: Place;
  /** What looks at the events. */
  readonly watchdog: PublishedFunction;
  /** The function that compares all of them from time to time. */
  readonly sweep: PublishedFunction;
  /** The cluster whose tasks are watched. */
  readonly clusterArn: pulumi.Input<string>;
}

/** EventBridge's own defaults, written down: a day and 185 attempts. A stop that nobody hears of would leave an execution waiting. */
const RETRY_POLICY = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

/**
 * Calls the watchdog function when a task stops or starts to run, and when an execution ends without its job. Events of AWS
 * services cost nothing; each start of the function is an ordinary invocation.
 */
export class TaskWatchdog extends pulumi.ComponentResource {
  readonly rules: readonly aws.cloudwatch.EventRule[];
  readonly deadLetterQueue: aws.sqs.Queue;
  readonly sweepSchedule: CronSchedule;

  constructor(name: string, args: TaskWatchdogArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:TaskWatchdog", name, {}, opts);
    this.deadLetterQueue = deadLetterQueue(`${name}-dead-letters`, { parent: this });

    const taskRule = this.#rule(`${name}-task-changed`, args, "A task of the cluster runs or has stopped", {
      source: ["aws.ecs"],
      "detail-type": ["ECS Task State Change"],
      // A task that is being stopped is RUNNING once more, with another desired status: no reason to look after it.
      detail: { clusterArn: [args.clusterArn], $or: [{ lastStatus: ["STOPPED"] }, { lastStatus: ["RUNNING"], desiredStatus: ["RUNNING"] }] },
    });
    const executionRule = this.#rule(`${name}-execution-ended`, args, "An execution ended that may have left a task", {
      source: ["aws.lambda"],
      "detail-type": ["Durable Execution Status Change"],
      detail: {
        $or: [
          { functionArn: functionArns(args.place, JOB_FUNCTIONS), status: ["STOPPED", "TIMED_OUT", "FAILED"] },
          // Somebody else may have completed the callback that its job works for. The others' tasks have stopped, or run on by design.
          { functionArn: functionArns(args.place, CALLBACK_FUNCTIONS), status: ["SUCCEEDED"] },
        ],
      },
    });
    this.rules = [taskRule, executionRule];

    new aws.sqs.QueuePolicy(
      `${name}-dead-letters-policy`,
      {
        queueUrl: this.deadLetterQueue.url,
        policy: policy([
          allowSending("TaskChanged", "events.amazonaws.com", this.deadLetterQueue.arn, taskRule.arn),
          allowSending("ExecutionEnded", "events.amazonaws.com", this.deadLetterQueue.arn, executionRule.arn),
        ]),
      },
      { parent: this },
    );
    // Events may be lost.
    this.sweepSchedule = new CronSchedule(
      "sweep-schedule",
      { place: args.place, target: args.sweep, expression: "rate(15 minutes)", timeZone: "UTC", flexibleWindowMinutes: 0 },
      { parent: this },
    );
    this.registerOutputs({ ruleArns: this.rules.map((rule) => rule.arn) });
  }

  /** A rule with the watchdog as its target, which lets itself be started by this rule only. */
  #rule(name: string, { watchdog }: TaskWatchdogArgs, description: string, eventPattern: object): aws.cloudwatch.EventRule {
    const rule = new aws.cloudwatch.EventRule(name, { description, eventPattern: pulumi.jsonStringify(eventPattern) }, { parent: this });
    const permission = new aws.lambda.Permission(
      `${name}-permission`,
      {
        action: "lambda:InvokeFunction",
        function: watchdog.function.name,
        qualifier: watchdog.alias.name,
        principal: "events.amazonaws.com",
        // No sourceAccount: EventBridge sends none, so that a permission which asks for it allows nothing (EventBridge User Guide,
        // troubleshooting). The rule's ARN names the account.
        sourceArn: rule.arn,
      },
      // Gone with the function, whose name is fixed: with a new function comes a new permission.
      { parent: this, deletedWith: watchdog.function },
    );
    new aws.cloudwatch.EventTarget(
      `${name}-target`,
      { rule: rule.name, arn: watchdog.alias.arn, deadLetterConfig: { arn: this.deadLetterQueue.arn }, retryPolicy: RETRY_POLICY },
      { parent: this, dependsOn: permission },
    );
    return rule;
  }
}

/** Events carry the function's ARN with the version that ran, or without; a longer name that starts the same is another function. */
function functionArns(place: Place, functions: readonly FunctionName[]) {
  return functions.flatMap((name) => {
    const unqualified = functionArn(place, name);
    return [unqualified, { prefix: pulumi.interpolate`${unqualified}:` }];
  });
}
