import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { allowAlarms, policy, type Statement } from "../iam.ts";
import { alarmPrefix, arn, type Place } from "../names.ts";
import { NO_RECEIVER } from "../settings.ts";

export interface AlarmTopicArgs {
  readonly place: Place;
  /** The setting `alarmEmail`: who gets the alarms; nobody if empty or `none`. AWS sends a first message, which has to be confirmed. */
  readonly email: string;
}

/** Everything that the account's administrators need to do with the key, action by action; IAM policies decide who they are. */
const ADMINISTRATION = [
  "CancelKeyDeletion",
  "DescribeKey",
  "DisableKey",
  "DisableKeyRotation",
  "EnableKey",
  "EnableKeyRotation",
  "GetKeyPolicy",
  "GetKeyRotationStatus",
  "ListKeyPolicies",
  "ListKeyRotations",
  "ListResourceTags",
  "PutKeyPolicy",
  "RotateKeyOnDemand",
  "ScheduleKeyDeletion",
  "TagResource",
  "UntagResource",
  "UpdateKeyDescription",
] as const;

/**
 * Where alarms go: a topic that only the alarms of this stack may publish to. Encrypted with a key of its own, 1 USD a month
 * (November 2026), because CloudWatch may not use the key that AWS manages for SNS, and its alarms would go nowhere.
 */
export class AlarmTopic extends pulumi.ComponentResource {
  readonly topic: aws.sns.Topic;

  constructor(name: string, { place, email }: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("durable-workflows:infra:AlarmTopic", name, {}, opts);
    const alarmArns = arn(place, "cloudwatch", `alarm:${alarmPrefix()}*`);

    const administer: Statement = {
      Sid: "AdministerKey",
      Effect: "Allow",
      Principal: { AWS: pulumi.interpolate`arn:${place.partition}:iam::${place.accountId}:root` },
      Action: ADMINISTRATION.map((action) => `kms:${action}`),
      Resource: "*",
    };
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        description: "Alarms on their way to their receivers",
        enableKeyRotation: true,
        // In a key's own policy, `*` is the key.
        policy: pulumi.jsonStringify(policy([administer, allowAlarms("EncryptAlarms", ["kms:Decrypt", "kms:GenerateDataKey"], "*", place, alarmArns)])),
      },
      { parent: this },
    );
    this.topic = new aws.sns.Topic(name, { kmsMasterKeyId: key.arn }, { parent: this });
    new aws.sns.TopicPolicy(
      `${name}-policy`,
      { arn: this.topic.arn, policy: pulumi.jsonStringify(policy([allowAlarms("PublishAlarms", ["sns:Publish"], this.topic.arn, place, alarmArns)])) },
      { parent: this },
    );
    if (email === NO_RECEIVER) {
      void pulumi.log.warn(`alarmEmail is ${NO_RECEIVER}: nobody gets the alarms of this stack, unless somebody has subscribed to the topic in the output alarmTopicArn`);
    } else if (email !== "") {
      new aws.sns.TopicSubscription(`${name}-email`, { topic: this.topic.arn, protocol: "email", endpoint: email }, { parent: this });
    }
    this.registerOutputs({ topicArn: this.topic.arn });
  }
}
