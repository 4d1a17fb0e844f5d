import assert from "node:assert/strict";
import * as sqs from "@aws-sdk/client-sqs";
import { createClock } from "../../../local/clock.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Queues, schema } from "../../../local/sqs/queues.ts";
import { QUEUE_ATTRIBUTES, sqsService } from "../../../local/sqs/service.ts";
import { Store } from "../../../local/store/store.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity, lambdaCaller, role } from "../iam/fixtures.ts";
import { itRefuses, refused, type Refusal } from "./calls.ts";

const QueueUrl = `http://127.0.0.1/${LOCAL_ACCOUNT_ID}/dead`;
const NonExistentQueue = "AWS.SimpleQueueService.NonExistentQueue";

function entries(count: number, entry: object) {
  return Array.from({ length: count }, (_, index) => ({ Id: String(index), ...entry }));
}

/** Missing members, wrong types and values out of bounds of every operation that the local stack has. */
const REFUSALS: Refusal[] = [
  { command: sqs.GetQueueUrlCommand, body: {}, code: "MissingParameter" },
  { command: sqs.GetQueueUrlCommand, body: { QueueName: 7 }, code: "SerializationException" },
  { command: sqs.GetQueueUrlCommand, body: { QueueName: "none" }, code: NonExistentQueue },
  { command: sqs.GetQueueUrlCommand, body: [], code: "SerializationException" },
  { command: sqs.GetQueueUrlCommand, body: { QueueName: null }, code: "MissingParameter" },
  { command: sqs.ListQueuesCommand, body: { MaxResults: 0 }, code: "InvalidParameterValue" },
  { command: sqs.ListQueuesCommand, body: { MaxResults: "1" }, code: "SerializationException" },
  { command: sqs.ListQueuesCommand, body: { MaxResults: 1, NextToken: "garbage" }, code: "InvalidParameterValue" },
  { command: sqs.GetQueueAttributesCommand, body: { QueueUrl, AttributeNames: ["Colour"] }, code: "InvalidAttributeName" },
  { command: sqs.GetQueueAttributesCommand, body: { QueueUrl, AttributeNames: "All" }, code: "SerializationException" },
  { command: sqs.GetQueueAttributesCommand, body: { QueueUrl: `${QueueUrl}s` }, code: NonExistentQueue },
  { command: sqs.SendMessageCommand, body: { QueueUrl }, code: "MissingParameter" },
  { command: sqs.SendMessageCommand, body: { MessageBody: "x" }, code: "MissingParameter" },
  { command: sqs.SendMessageCommand, body: { QueueUrl, MessageBody: "" }, code: "InvalidParameterValue" },
  { command: sqs.SendMessageCommand, body: { QueueUrl, MessageBody: "x".repeat(1024 * 1024 + 1) }, code: "InvalidParameterValue" },
  { command: sqs.SendMessageCommand, body: { QueueUrl, MessageBody: { a: 1 } }, code: "SerializationException" },
  { command: sqs.SendMessageCommand, body: { QueueUrl, MessageBody: "x", DelaySeconds: 901 }, code: "InvalidParameterValue" },
  { command: sqs.SendMessageCommand, body: { QueueUrl, MessageBody: "x", DelaySeconds: "1" }, code: "SerializationException" },
  { command: sqs.SendMessageCommand, body: { QueueUrl, MessageBody: "x", MessageAttributes: { a: { StringValue: "x" } } }, code: "MissingParameter" },
  { command: sqs.SendMessageBatchCommand, body: { QueueUrl, Entries: [] }, code: "AWS.SimpleQueueService.EmptyBatchRequest" },
  { command: sqs.SendMessageBatchCommand, body: { QueueUrl, Entries: entries(11, { MessageBody: "x" }) }, code: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest" },
  { command: sqs.SendMessageBatchCommand, body: { QueueUrl, Entries: [{ Id: "a b", MessageBody: "x" }] }, code: "AWS.SimpleQueueService.InvalidBatchEntryId" },
  { command: sqs.SendMessageBatchCommand, body: { QueueUrl, Entries: entries(2, { Id: "1", MessageBody: "x" }) }, code: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct" },
  { command: sqs.SendMessageBatchCommand, body: { QueueUrl, Entries: entries(2, { MessageBody: "x".repeat(600_000) }) }, code: "AWS.SimpleQueueService.BatchRequestTooLong" },
  { command: sqs.SendMessageBatchCommand, body: { QueueUrl, Entries: [{ Id: "1", MessageBody: 7 }] }, code: "SerializationException" },
  { command: sqs.SendMessageBatchCommand, body: { QueueUrl, Entries: [{ MessageBody: "x" }] }, code: "MissingParameter" },
  { command: sqs.ReceiveMessageCommand, body: { QueueUrl, MaxNumberOfMessages: 11 }, code: "InvalidParameterValue" },
  { command: sqs.ReceiveMessageCommand, body: { QueueUrl, MaxNumberOfMessages: 1.5 }, code: "SerializationException" },
  { command: sqs.ReceiveMessageCommand, body: { QueueUrl, WaitTimeSeconds: 21 }, code: "InvalidParameterValue" },
  { command: sqs.ReceiveMessageCommand, body: { QueueUrl, VisibilityTimeout: -1 }, code: "InvalidParameterValue" },
  { command: sqs.DeleteMessageCommand, body: { QueueUrl }, code: "MissingParameter" },
  { command: sqs.DeleteMessageCommand, body: { QueueUrl, ReceiptHandle: "made-up" }, code: "ReceiptHandleIsInvalid", status: 404 },
  { command: sqs.DeleteMessageBatchCommand, body: { QueueUrl, Entries: [] }, code: "AWS.SimpleQueueService.EmptyBatchRequest" },
  { command: sqs.ChangeMessageVisibilityCommand, body: { QueueUrl, ReceiptHandle: "made-up" }, code: "MissingParameter" },
  { command: sqs.ChangeMessageVisibilityCommand, body: { QueueUrl, ReceiptHandle: "made-up", VisibilityTimeout: 1 }, code: "ReceiptHandleIsInvalid", status: 404 },
  { command: sqs.ChangeMessageVisibilityCommand, body: { QueueUrl, ReceiptHandle: "made-up", VisibilityTimeout: 43_201 }, code: "InvalidParameterValue" },
  { command: sqs.ChangeMessageVisibilityBatchCommand, body: { QueueUrl, Entries: [] }, code: "AWS.SimpleQueueService.EmptyBatchRequest" },
  { command: sqs.PurgeQueueCommand, body: {}, code: "MissingParameter" },
  { command: sqs.PurgeQueueCommand, body: { QueueUrl: `${QueueUrl}s` }, code: NonExistentQueue },
];

describe("The error codes of SQS", () => {
  const stranger = role("stranger", {});
  const iam = createIam([stranger]);
  let store: Store;
  let queues: Queues;
  let door: Door;
  const clients: sqs.SQSClient[] = [];

  before(async () => {
    store = Store.open({ file: ":memory:", schemas: [schema] });
    queues = new Queues({ store, clock: createClock(), identity, endpoint: () => door.endpoint });
    queues.apply({ queues: ["dead", "more"].map((name) => ({ arn: `arn:aws:sqs:${identity.region}:${LOCAL_ACCOUNT_ID}:${name}`, name, messageRetentionSeconds: 3600 })) });
    door = await openDoor({ iam, services: [sqsService(queues)], committed: () => store.committed() });
  });
  after(async () => {
    for (const client of clients) client.destroy();
    queues.stop();
    await door.gateway.close();
    store.close();
  });
  function clientOf(credentials: Parameters<Door["client"]>[0]): sqs.SQSClient {
    const client = new sqs.SQSClient({ ...door.client(credentials), useQueueUrlAsEndpoint: false, md5: false });
    clients.push(client);
    return client;
  }

  itRefuses("sqs", () => clientOf(administrator), REFUSALS);

  const denials: { what: string; code: string; credentials: () => Parameters<Door["client"]>[0] }[] = [
    { what: "an unknown access key", code: "InvalidClientTokenId", credentials: () => ({ ...administrator, accessKeyId: "AKIANOBODYNOBODYNOBO" }) },
    { what: "a wrong secret", code: "SignatureDoesNotMatch", credentials: () => ({ ...administrator, secretAccessKey: "t".repeat(40) }) },
    { what: "a role without the permission", code: "AccessDenied", credentials: () => iam.issueCredentials(iam.assumeRole(stranger.arn, lambdaCaller("stranger"), "session")) },
  ];
  for (const { what, code, credentials } of denials) {
    it(`answers ${code} with 403 to ${what}`, async () => {
      const error = await refused(clientOf(credentials()), { command: sqs.ListQueuesCommand, code });
      assert.deepEqual({ code: error.Code, status: error.$metadata?.httpStatusCode }, { code, status: 403 });
    });
  }

  it("hands over errors of the model as the SDK's classes, and the others by their query codes", async () => {
    const missing = await refused(clientOf(administrator), { command: sqs.GetQueueUrlCommand, body: { QueueName: "none" }, code: NonExistentQueue });
    assert.ok(missing instanceof sqs.QueueDoesNotExist);
    const invalid = await refused(clientOf(administrator), { command: sqs.PurgeQueueCommand, body: {}, code: "MissingParameter" });
    assert.equal(invalid.name, "MissingParameter");
    assert.equal(invalid.message, "The request must contain the parameter QueueUrl.");
  });

  it("fails the entries of a batch that are wrong, and does the others", async () => {
    const Entries = [{ Id: "late", MessageBody: "x", DelaySeconds: 901 }, { Id: "empty" }, { Id: "good", MessageBody: "x" }];
    const { Successful, Failed } = await clientOf(administrator).send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries: Entries as sqs.SendMessageBatchRequestEntry[] }));
    assert.deepEqual(Successful?.map(({ Id }) => Id), ["good"]);
    assert.deepEqual(Failed?.map(({ Id, Code }) => [Id, Code]), [["late", "InvalidParameterValue"], ["empty", "MissingParameter"]]);
  });

  it("lists queues page by page", async () => {
    const client = clientOf(administrator);
    const first = await client.send(new sqs.ListQueuesCommand({ MaxResults: 1 }));
    const second = await client.send(new sqs.ListQueuesCommand({ MaxResults: 1, NextToken: first.NextToken }));
    assert.deepEqual([first.QueueUrls, second.QueueUrls].flat().map((url) => url?.split("/").at(-1)), ["dead", "more"]);
    assert.equal(second.NextToken, undefined);
  });

  it("knows the attributes of queues that the SDK's model lists", () => {
    assert.deepEqual(QUEUE_ATTRIBUTES, Object.values(sqs.QueueAttributeName).sort());
  });
});
