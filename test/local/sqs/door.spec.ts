import assert from "node:assert/strict";
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { createClock } from "../../../local/clock.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Queues, schema } from "../../../local/sqs/queues.ts";
import { sqsService } from "../../../local/sqs/service.ts";
import { Store } from "../../../local/store/store.ts";
import { awsError, openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity } from "../iam/fixtures.ts";

describe("SQS, by the SDK", () => {
  const arn = `arn:aws:sqs:${identity.region}:${LOCAL_ACCOUNT_ID}:dead`;
  let store: Store;
  let queues: Queues;
  let door: Door;
  let client: SQSClient;

  before(async () => {
    store = Store.open({ file: ":memory:", schemas: [schema] });
    queues = new Queues({ store, clock: createClock(), identity, endpoint: () => door.endpoint });
    queues.apply({ queues: [{ arn, name: "dead", messageRetentionSeconds: 3600 }] });
    door = await openDoor({ iam: createIam(), services: [sqsService(queues)], committed: () => store.committed() });
    client = new SQSClient(door.client(administrator));
  });
  after(async () => {
    client.destroy();
    queues.stop();
    await door.gateway.close();
    store.close();
  });

  it("finds a queue, waits for a dead letter, reads it with its attributes and deletes it", async () => {
    const { QueueUrls } = await client.send(new ListQueuesCommand({}));
    assert.deepEqual(QueueUrls, [`${door.endpoint}/${LOCAL_ACCOUNT_ID}/dead`]);
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: "dead" }));
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ["All"] }));
    queues.send(arn, '{"key":1}', { ERROR_CODE: "Boom" });
    const [message] = (await waiting).Messages ?? [];
    assert.equal(message?.Body, '{"key":1}');
    assert.equal(message.MessageAttributes?.["ERROR_CODE"]?.StringValue, "Boom");
    await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    assert.equal(queues.count(queues.find("dead")).inFlight, 0);
  });

  it("accepts messages, binary attributes too", async () => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: "dead" }));
    const MessageAttributes = { raw: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) } };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello", MessageAttributes }));
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["raw"] }));
    assert.deepEqual(Messages?.[0]?.MessageAttributes?.["raw"]?.BinaryValue, new Uint8Array([0, 255]));
  });

  it("sends, gives back and deletes several at once, and tells which of them failed", async () => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: "dead" }));
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    const bodies = ["one", "two"];
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: bodies.map((body) => ({ Id: body, MessageBody: body })) }));
    assert.deepEqual(sent.Successful?.map(({ Id }) => Id), bodies);
    const receive = async () => (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
    const first = await receive();
    assert.equal((await receive()).length, 0);
    const Entries = first.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    const again = await receive();
    assert.deepEqual(again.map(({ Body }) => Body), bodies);
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: again[0]?.ReceiptHandle, VisibilityTimeout: 60 }));
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [...again.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })), { Id: "none", ReceiptHandle: "made-up" }],
      }),
    );
    assert.deepEqual(deleted.Successful?.map(({ Id }) => Id), ["0", "1"]);
    assert.deepEqual(deleted.Failed?.map(({ Id, Code, SenderFault }) => ({ Id, Code, SenderFault })), [{ Id: "none", Code: "ReceiptHandleIsInvalid", SenderFault: true }]);
    await assert.rejects(client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [] })), awsError("EmptyBatchRequest", 400));
    const twice = [{ Id: "1", ReceiptHandle: "x" }, { Id: "1", ReceiptHandle: "y" }];
    await assert.rejects(client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: twice })), awsError("BatchEntryIdsNotDistinct", 400));
  });

  it("answers with the SDK's error for a queue that is not there", async () => {
    await assert.rejects(client.send(new GetQueueUrlCommand({ QueueName: "none" })), awsError("QueueDoesNotExist", 400));
  });
});
