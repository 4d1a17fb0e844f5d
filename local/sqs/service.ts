import * as z from "zod";
import { jsonOperation, jsonService } from "../gateway/json-protocol.ts";
import type { AnyJsonOperation } from "../gateway/json-protocol.ts";
import type { Service } from "../gateway/service.ts";
import { attributesMd5, md5, messageAttributes, selectAttributes } from "./message-attributes.ts";
import type { Message, Queue, Queues } from "./queues.ts";

const queueInput = z.object({ QueueUrl: z.string() });
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

      SendMessage: queueOperation(
        "SendMessage",
        queueInput.extend({
          MessageBody: z.string().min(1),
          MessageAttributes: messageAttributes.default({}),
          DelaySeconds: z.int().min(0).max(900).default(0),
        }),
        (queue, input, sender) => ({
          MessageId: queues.post(queue.arn, input.MessageBody, input.MessageAttributes, sender, input.DelaySeconds),
          MD5OfMessageBody: md5(input.MessageBody),
          ...(Object.keys(input.MessageAttributes).length > 0 && { MD5OfMessageAttributes: attributesMd5(input.MessageAttributes) }),
        }),
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

      DeleteMessage: queueOperation("DeleteMessage", queueInput.extend({ ReceiptHandle: z.string() }), (queue, input) =>
        queues.delete(queue, input.ReceiptHandle),
      ),

      PurgeQueue: queueOperation("PurgeQueue", queueInput, (queue) => queues.purge(queue)),
    },
  });
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
