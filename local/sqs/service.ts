import * as z from "zod";
import { AwsError } from "../errors.ts";
import { jsonOperation, jsonService } from "../gateway/json-protocol.ts";
import type { AnyJsonOperation } from "../gateway/json-protocol.ts";
import { formatPageToken, readPageToken } from "../gateway/page-token.ts";
import type { Service } from "../gateway/service.ts";
import { batch, batchInput, type BatchEntry } from "./batch.ts";
import { invalidInput, invalidValue, queryErrors } from "./errors.ts";
import { attributesMd5, md5, messageAttributes, selectAttributes } from "./message-attributes.ts";
import { LARGEST_BODY_BYTES, type Message, type Queue, type Queues } from "./queues.ts";

const LARGEST_PAGE = 1000;
/** The attributes of a queue that the API knows, whether the local stack has them or not. */
export const QUEUE_ATTRIBUTES = [
  "All",
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
  "ContentBasedDeduplication",
  "CreatedTimestamp",
  "DeduplicationScope",
  "DelaySeconds",
  "FifoQueue",
  "FifoThroughputLimit",
  "KmsDataKeyReusePeriodSeconds",
  "KmsMasterKeyId",
  "LastModifiedTimestamp",
  "MaximumMessageSize",
  "MessageRetentionPeriod",
  "Policy",
  "QueueArn",
  "ReceiveMessageWaitTimeSeconds",
  "RedriveAllowPolicy",
  "RedrivePolicy",
  "SqsManagedSseEnabled",
  "VisibilityTimeout",
];

const queueInput = z.object({ QueueUrl: z.string() });
const messageInput = z.object({
  MessageBody: z.string().min(1),
  MessageAttributes: messageAttributes.default({}),
  DelaySeconds: z.int().min(0).max(900).default(0),
});
const deletionInput = z.object({ ReceiptHandle: z.string() });
const visibilityInput = deletionInput.extend({ VisibilityTimeout: z.int().min(0).max(43_200) });
const attributeNames = z.array(z.string()).default([]);

/** SQS: what it takes to find the dead-letter queues and to read, send again and delete their messages. */
export function sqsService(queues: Queues): Service {
  /** An operation on one queue. The host of its URL is not looked at: stack outputs are made before the port is known. */
  function queueOperation<Input extends { QueueUrl: string }>(
    action: string,
    input: z.ZodType<Input>,
    execute: (queue: Queue, input: Input, sender: string) => unknown,
  ): AnyJsonOperation {
    return jsonOperation({
      input,
      access: ({ QueueUrl }) => [{ action: `sqs:${action}`, resource: queues.find(nameOf(QueueUrl)).arn }],
      execute: (parsed, caller) => execute(queues.find(nameOf(parsed.QueueUrl)), parsed, caller.arn),
    });
  }

  return jsonService({
    signingName: "sqs",
    targetPrefix: "AmazonSQS",
    version: "1.0",
    invalidInput,
    queryErrors,
    operations: {
      ListQueues: jsonOperation({
        input: z.object({
          QueueNamePrefix: z.string().default(""),
          MaxResults: z.int().min(1).max(LARGEST_PAGE).default(LARGEST_PAGE),
          NextToken: z.string().optional(),
        }),
        access: () => [{ action: "sqs:ListQueues", resource: "*" }],
        execute({ QueueNamePrefix, MaxResults, NextToken }) {
          const after = NextToken === undefined ? "" : readPageToken("ListQueues", NextToken);
          if (after === undefined) throw invalidValue("NextToken", NextToken, "It is not a token that ListQueues returned.");
          const names = queues.list().flatMap(({ name }) => (name.startsWith(QueueNamePrefix) && name > after ? [name] : []));
          const page = names.slice(0, MaxResults);
          const last = page.at(-1);
          return {
            QueueUrls: page.map((name) => queues.url(name)),
            NextToken: names.length > page.length && last !== undefined ? formatPageToken("ListQueues", last) : undefined,
          };
        },
      }),

      GetQueueUrl: jsonOperation({
        input: z.object({ QueueName: z.string() }),
        access: ({ QueueName }) => [{ action: "sqs:GetQueueUrl", resource: queues.find(QueueName).arn }],
        execute: ({ QueueName }) => ({ QueueUrl: queues.url(queues.find(QueueName).name) }),
      }),

      GetQueueAttributes: queueOperation("GetQueueAttributes", queueInput.extend({ AttributeNames: attributeNames }), (queue, input) => {
        const unknown = input.AttributeNames.find((name) => !QUEUE_ATTRIBUTES.includes(name));
        if (unknown !== undefined) throw new AwsError("InvalidAttributeName", `Unknown Attribute ${unknown}.`);
        return { Attributes: select(describeQueue(queues, queue), input.AttributeNames) };
      }),

      SendMessage: queueOperation("SendMessage", queueInput.extend(messageInput.shape), (queue, input, sender) => send(queues, queue, input, sender)),

      SendMessageBatch: queueOperation("SendMessage", queueInput.extend(batchInput.shape), (queue, input, sender) => {
        requireTotal(input.Entries);
        return batch(input.Entries, messageInput, (entry) => send(queues, queue, entry, sender));
      }),

      ReceiveMessage: queueOperation(
        "ReceiveMessage",
        queueInput.extend({
          MaxNumberOfMessages: z.int().min(1).max(10).default(1),
          VisibilityTimeout: z.int().min(0).max(43_200).default(30),
          WaitTimeSeconds: z.int().min(0).max(20).default(0),
          MessageAttributeNames: attributeNames,
          AttributeNames: attributeNames,
          MessageSystemAttributeNames: attributeNames,
        }),
        async (queue, input) => {
          const messages = await queues.receive(queue, {
            limit: input.MaxNumberOfMessages,
            visibilitySeconds: input.VisibilityTimeout,
            waitSeconds: input.WaitTimeSeconds,
          });
          const systemNames = [...input.AttributeNames, ...input.MessageSystemAttributeNames];
          return messages.length === 0
            ? {}
            : { Messages: messages.map((message) => describeMessage(message, systemNames, input.MessageAttributeNames)) };
        },
      ),

      DeleteMessage: queueOperation("DeleteMessage", queueInput.extend(deletionInput.shape), (queue, input) => queues.delete(queue, input.ReceiptHandle)),

      DeleteMessageBatch: queueOperation("DeleteMessage", queueInput.extend(batchInput.shape), (queue, input) =>
        batch(input.Entries, deletionInput, (entry) => queues.delete(queue, entry.ReceiptHandle)),
      ),

      ChangeMessageVisibility: queueOperation("ChangeMessageVisibility", queueInput.extend(visibilityInput.shape), (queue, input) =>
        queues.changeVisibility(queue, input.ReceiptHandle, input.VisibilityTimeout),
      ),

      ChangeMessageVisibilityBatch: queueOperation("ChangeMessageVisibility", queueInput.extend(batchInput.shape), (queue, input) =>
        batch(input.Entries, visibilityInput, (entry) => queues.changeVisibility(queue, entry.ReceiptHandle, entry.VisibilityTimeout)),
      ),

      PurgeQueue: queueOperation("PurgeQueue", queueInput, (queue) => queues.purge(queue)),
    },
  });
}

function send(queues: Queues, queue: Queue, message: z.output<typeof messageInput>, sender: string): Record<string, string> {
  const { MessageBody: body, MessageAttributes: attributes, DelaySeconds: delay } = message;
  return {
    MessageId: queues.post(queue.arn, body, attributes, sender, delay),
    MD5OfMessageBody: md5(body),
    ...(Object.keys(attributes).length > 0 && { MD5OfMessageAttributes: attributesMd5(attributes) }),
  };
}

/** @throws AwsError BatchRequestTooLong */
function requireTotal(entries: readonly BatchEntry[]): void {
  const bytes = entries.reduce((sum, { MessageBody: body }) => sum + (typeof body === "string" ? Buffer.byteLength(body) : 0), 0);
  if (bytes > LARGEST_BODY_BYTES) throw new AwsError("BatchRequestTooLong", `Batch requests cannot be longer than ${LARGEST_BODY_BYTES} bytes. You have sent ${bytes} bytes.`);
}

function nameOf(queueUrl: string): string {
  return queueUrl.slice(queueUrl.lastIndexOf("/") + 1);
}

function describeQueue(queues: Queues, queue: Queue): Record<string, string> {
  const { visible, inFlight, delayed } = queues.count(queue);
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    MessageRetentionPeriod: String(queue.retentionSeconds),
    VisibilityTimeout: "30",
  };
}

function describeMessage(message: Message, systemNames: readonly string[], attributeNames: readonly string[]) {
  const attributes = selectAttributes(message.attributes, attributeNames);
  const system = select(
    {
      SenderId: message.sender,
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receiveCount),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    },
    systemNames,
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: md5(message.body),
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: attributes, MD5OfMessageAttributes: attributesMd5(attributes) }),
  };
}

function select(attributes: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => names.includes("All") || names.includes(name)));
}
