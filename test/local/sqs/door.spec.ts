import assert from "node:assert/strict";
import { GetQueueUrlCommand, ListQueuesCommand, ReceiveMessageCommand, DeleteMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
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

  it("answers with the SDK's error for a queue that is not there", async () => {
    await assert.rejects(client.send(new GetQueueUrlCommand({ QueueName: "none" })), awsError("QueueDoesNotExist", 400));
  });
});
