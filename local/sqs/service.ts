import * as z from "zod";
import { AwsError } from "../errors.ts";
import { jsonOperation, jsonService } from "../gateway/json-protocol.ts";
import type { AnyJsonOperation } from "../gateway/json-protocol.ts";
import type { Service } from "../gateway/service.ts";
import { attributesMd5, md5, messageAttributes, selectAttributes } from "./message-attributes.ts";
import type { Message, Queue, Queues } from "./queues.ts";

const LARGEST_BATCH = 10;

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
    operations: {
      ListQueues: jsonOperation({
        input: z.object({ QueueNamePrefix: z.string().default("") }),
        access: () => [{ action: "sqs:ListQueues", resource: "*" }],
        execute: ({ QueueNamePrefix }) => ({
          QueueUrls: queues
            .list()
            .filter(({ name }) => name.startsWith(QueueNamePrefix))
            .map(({ name }) => queues.url(name)),
        }),
      }),

      GetQueueUrl: jsonOperation({
        input: z.object({ QueueName: z.string() }),
        access: ({ QueueName }) => [{ action: "sqs:GetQueueUrl", resource: queues.find(QueueName).arn }],
        execute: ({ QueueName }) => ({ QueueUrl: queues.url(queues.find(QueueName).name) }),
      }),

      GetQueueAttributes: queueOperation("GetQueueAttributes", queueInput.extend({ AttributeNames: attributeNames }), (queue, input) => ({
        Attributes: select(describeQueue(queues, queue), input.AttributeNames),
      })),

      SendMessage: queueOperation("SendMessage", queueInput.extend(messageInput.shape), (queue, input, sender) => send(queues, queue, input, sender)),

      SendMessageBatch: queueOperation("SendMessage", batchOf(messageInput), (queue, input, sender) =>
        batch(input.Entries, (entry) => send(queues, queue, entry, sender)),
      ),

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

      DeleteMessageBatch: queueOperation("DeleteMessage", batchOf(deletionInput), (queue, input) =>
        batch(input.Entries, (entry) => queues.delete(queue, entry.ReceiptHandle)),
      ),

      ChangeMessageVisibility: queueOperation("ChangeMessageVisibility", queueInput.extend(visibilityInput.shape), (queue, input) =>
        queues.changeVisibility(queue, input.ReceiptHandle, input.VisibilityTimeout),
      ),

      ChangeMessageVisibilityBatch: queueOperation("ChangeMessageVisibility", batchOf(visibilityInput), (queue, input) =>
        batch(input.Entries, (entry) => queues.changeVisibility(queue, entry.ReceiptHandle, entry.VisibilityTimeout)),
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

/** Up to ten of one call's inputs, each under an id of the caller's. */
function batchOf<Shape extends z.core.$ZodLooseShape>(entry: z.ZodObject<Shape>) {
  const entries = z.array(z.intersection(entry, z.object({ Id: z.string().regex(/^[\w-]{1,80}$/) })));
  return queueInput.extend({ Entries: entries });
}

/**
 * Does for each entry what the single call does; one that fails does not keep the others from succeeding.
 *
 * @throws AwsError EmptyBatchRequest, TooManyEntriesInBatchRequest, BatchEntryIdsNotDistinct
 */
function batch<Entry extends { readonly Id: string }>(entries: readonly Entry[], act: (entry: Entry) => unknown) {
  if (entries.length === 0) throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > LARGEST_BATCH) {
    throw new AwsError("TooManyEntriesInBatchRequest", `Maximum number of entries per request are ${LARGEST_BATCH}. You have sent ${entries.length}.`);
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw new AwsError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push(Object.assign({ Id: entry.Id }, act(entry)));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
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
