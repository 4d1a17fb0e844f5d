import * as z from "zod";
import type { QueueDeclaration, ResourcePolicyDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared } from "./declared.ts";
import { policyDocument } from "./iam.ts";
import { physicalName, type Providers } from "./provider.ts";

const QUEUE = "aws:sqs/queue:Queue";
const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
/** Four days, SQS's default. */
const DEFAULT_RETENTION_SECONDS = 345_600;

export const sqsProviders: Providers = {
  [QUEUE]: (resource, context) => {
    const name = physicalName(resource, context);
    const url = `${context.endpoint}/${context.identity.accountId}/${name}`;
    return { id: url, outputs: { id: url, url, name, arn: arn(context.identity, "sqs", name) } };
  },
  [QUEUE_POLICY]: (resource) => ({ id: String(resource.inputs.queueUrl), outputs: {} }),
};

const queue = z.object({
  name: z.string(),
  arn: z.string(),
  url: z.string(),
  messageRetentionSeconds: z.number().default(DEFAULT_RETENTION_SECONDS),
  policy: policyDocument.optional(),
});

export function declareQueues(resources: readonly RegisteredResource[]): QueueDeclaration[] {
  return declared(resources, QUEUE, queue).map(({ name, arn: queueArn, messageRetentionSeconds }) => ({ name, arn: queueArn, messageRetentionSeconds }));
}

export function declareQueuePolicies(resources: readonly RegisteredResource[]): ResourcePolicyDeclaration[] {
  const queues = declared(resources, QUEUE, queue);
  const arns = new Map(queues.map(({ url, arn: queueArn }) => [url, queueArn]));
  return [
    ...queues.flatMap(({ arn: resourceArn, policy }) => (policy === undefined ? [] : [{ resourceArn, policy }])),
    ...declared(resources, QUEUE_POLICY, z.object({ queueUrl: z.string(), policy: policyDocument })).map(({ queueUrl, policy }) => ({
      resourceArn: arns.get(queueUrl) ?? queueUrl,
      policy,
    })),
  ];
}
