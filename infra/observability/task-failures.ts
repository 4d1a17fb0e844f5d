import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { deadLetterQueue } from "../dead-letter-queue.ts";
import { allowSending, policy } from "../iam.ts";

export interface TaskFailuresArgs {
  /** The cluster whose tasks are watched. */
  readonly clusterArn: pulumi.Input<string>;
}

/**
 * Counts the tasks that could not start, and those that ended with an exit code other than 0: ECS has no metric for either,
 * but a rule of EventBridge has one for each event that it hands on. What it hands on is kept in a queue for two weeks,
 * stop reason and all; ECS forgets a stopped task after an hour. Nothing reads the queue, and a message there needs no answer.
 *
 * Costs nothing but the messages, 0.40 USD per million (November 2026).
 */
export class TaskFailures extends pulumi.ComponentResource {
  readonly queue: aws.sqs.Queue;
  readonly notStarted: aws.cloudwatch.EventRule;
  readonly failed: aws.cloudwatch.EventRule;

  constructor(name: string, { clusterArn }: TaskFailuresArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:TaskFailures", name, {}, opts);
    this.queue = deadLetterQueue(name, { parent: this });
    this.notStarted = this.#rule(`${name}-not-started`, "A task could not start", { clusterArn: [clusterArn], lastStatus: ["STOPPED"], stopCode: ["TaskFailedToStart"] });
    this.failed = this.#rule(`${name}-failed`, "A task ended with an exit code other than 0", {
      clusterArn: [clusterArn],
      lastStatus: ["STOPPED"],
      containers: { exitCode: [{ "anything-but": [0] }] },
    });
    new aws.sqs.QueuePolicy(
      `${name}-policy`,
      {
        queueUrl: this.queue.url,
        policy: policy([
          allowSending("NotStarted", "events.amazonaws.com", this.queue.arn, this.notStarted.arn),
          allowSending("Failed", "events.amazonaws.com", this.queue.arn, this.failed.arn),
        ]),
      },
      { parent: this },
    );
    this.registerOutputs({ queueUrl: this.queue.url });
  }

  #rule(name: string, description: string, detail: object): aws.cloudwatch.EventRule {
    const eventPattern = pulumi.jsonStringify({ source: ["aws.ecs"], "detail-type": ["ECS Task State Change"], detail });
    const rule = new aws.cloudwatch.EventRule(name, { description, eventPattern }, { parent: this });
    new aws.cloudwatch.EventTarget(`${name}-target`, { rule: rule.name, arn: this.queue.arn }, { parent: this });
    return rule;
  }
}
