import assert from "node:assert/strict";
import { createClock } from "../../../local/clock.ts";
import { AwsError } from "../../../local/errors.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Queues, schema } from "../../../local/sqs/queues.ts";
import { sqsService } from "../../../local/sqs/service.ts";
import { Store } from "../../../local/store/store.ts";

const ARN = `arn:aws:sqs:eu-central-1:${LOCAL_ACCOUNT_ID}:dead`;
const DAY_MS = 86_400_000;

interface Received {
  Messages?: {
    MessageId: string;
    ReceiptHandle: string;
    Body: string;
    MD5OfBody: string;
    Attributes?: Record<string, string>;
    MessageAttributes?: Record<string, { DataType: string; StringValue?: string }>;
    MD5OfMessageAttributes?: string;
  }[];
}

describe("SQS", () => {
  const identity = { partition: "aws", region: "eu-central-1", accountId: LOCAL_ACCOUNT_ID };
  const queue = { arn: ARN, name: "dead", messageRetentionSeconds: 4 * 86_400 };
  let now: number;
  let store: Store;
  let queues: Queues;

  beforeEach(() => {
    now = Date.UTC(2026, 0, 1);
    store = Store.open({ file: ":memory:", schemas: [schema] });
    queues = new Queues({ store, clock: { ...createClock(), now: () => now }, identity, endpoint: () => "http://127.0.0.1:4566" });
    queues.apply({ queues: [queue] });
  });
  afterEach(() => {
    queues.stop();
    store.close();
  });

  function parse(operation: string, input: object) {
    return sqsService(queues).parse({
      method: "POST",
      path: "/",
      query: new URLSearchParams(),
      headers: { "x-amz-target": `AmazonSQS.${operation}` },
      body: Buffer.from(JSON.stringify(input)),
    });
  }
  const QueueUrl = "http://localhost:1/000000000000/dead";
  async function call<Output>(operation: string, input: object): Promise<Output> {
    const caller = { kind: "user", arn: "arn:aws:iam::000000000000:user/local", accountId: LOCAL_ACCOUNT_ID } as const;
    return JSON.parse(String((await parse(operation, input).execute(caller)).body)) as Output;
  }
  const receive = (input: object = {}) => call<Received>("ReceiveMessage", { QueueUrl, ...input });
  const bodies = ({ Messages = [] }: Received) => Messages.map(({ Body }) => Body);

  it("finds queues by name and by a URL of any host, and does not find others", async () => {
    assert.deepEqual(await call("ListQueues", {}), { QueueUrls: ["http://127.0.0.1:4566/000000000000/dead"] });
    assert.deepEqual(await call("GetQueueUrl", { QueueName: "dead" }), { QueueUrl: "http://127.0.0.1:4566/000000000000/dead" });
    assert.deepEqual(parse("ReceiveMessage", { QueueUrl: "https://sqs.eu-central-1.amazonaws.com/000000000000/dead" }).access, [
      { action: "sqs:ReceiveMessage", resource: ARN },
    ]);
    const missing = (error: unknown) => error instanceof AwsError && error.code === "QueueDoesNotExist" && error.status === 400;
    assert.throws(() => parse("ReceiveMessage", { QueueUrl: "http://localhost/000000000000/none" }), missing);
    assert.throws(() => queues.send(`${ARN}-none`, "x"), missing);
  });

  it("hands out what a service sent, with its attributes, once until the visibility time-out ends", async () => {
    queues.send(ARN, "letter", { ERROR_CODE: "AccessDeniedException" });
    const [message] = (await receive({ MessageAttributeNames: ["All"], AttributeNames: ["All"], VisibilityTimeout: 10 })).Messages!;
    assert.equal(message!.Body, "letter");
    assert.deepEqual(message!.MessageAttributes, { ERROR_CODE: { DataType: "String", StringValue: "AccessDeniedException" } });
    assert.equal(message!.Attributes!["ApproximateReceiveCount"], "1");
    assert.deepEqual(await receive(), {});
    now += 10_000;
    const [again] = (await receive({ AttributeNames: ["ApproximateReceiveCount"] })).Messages!;
    assert.equal(again!.MessageId, message!.MessageId);
    assert.deepEqual(again!.Attributes, { ApproximateReceiveCount: "2" });
    assert.equal(again!.MessageAttributes, undefined);
  });

  it("computes the digests that SDKs check", async () => {
    const sent = await call<{ MD5OfMessageBody: string; MD5OfMessageAttributes: string }>("SendMessage", {
      QueueUrl,
      MessageBody: "hello",
      MessageAttributes: { b: { DataType: "Number", StringValue: "1" }, a: { DataType: "Binary", BinaryValue: "AAEC" } },
    });
    assert.equal(sent.MD5OfMessageBody, "5d41402abc4b2a76b9719d911017c592");
    const [message] = (await receive({ MessageAttributeNames: ["a", "b"] })).Messages!;
    assert.equal(message!.MD5OfBody, sent.MD5OfMessageBody);
    assert.equal(message!.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
  });

  it("deletes by the handle of the latest receipt only, and refuses a made-up handle", async () => {
    queues.send(ARN, "letter");
    const [first] = (await receive({ VisibilityTimeout: 0 })).Messages!;
    const [second] = (await receive({ VisibilityTimeout: 0 })).Messages!;
    await call("DeleteMessage", { QueueUrl, ReceiptHandle: first!.ReceiptHandle });
    assert.equal(queues.count(queues.find("dead")).visible, 1);
    await call("DeleteMessage", { QueueUrl, ReceiptHandle: second!.ReceiptHandle });
    assert.equal(queues.count(queues.find("dead")).visible, 0);
    await assert.rejects(call("DeleteMessage", { QueueUrl, ReceiptHandle: "made-up" }), { code: "ReceiptHandleIsInvalid" });
  });

  it("counts what waits, what is being handled and what is delayed", async () => {
    queues.send(ARN, "one");
    queues.send(ARN, "two");
    await call("SendMessage", { QueueUrl, MessageBody: "later", DelaySeconds: 5 });
    await receive();
    const { Attributes } = await call<{ Attributes: Record<string, string> }>("GetQueueAttributes", { QueueUrl, AttributeNames: ["All"] });
    assert.equal(Attributes["QueueArn"], ARN);
    assert.equal(Attributes["ApproximateNumberOfMessages"], "1");
    assert.equal(Attributes["ApproximateNumberOfMessagesNotVisible"], "1");
    assert.equal(Attributes["ApproximateNumberOfMessagesDelayed"], "1");
    now += 5_000;
    assert.deepEqual(bodies(await receive({ MaxNumberOfMessages: 10 })), ["two", "later"]);
  });

  it("lets a receiver wait for a message and answers as soon as it is committed", async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    queues.send(ARN, "at last");
    assert.deepEqual(bodies(await waiting), ["at last"]);
  });

  it("lets waiting receivers go when the stack stops", async () => {
    const waiting = receive({ WaitTimeSeconds: 20 });
    queues.stop();
    assert.deepEqual(await waiting, {});
  });

  it("forgets messages after the retention period", async () => {
    queues.send(ARN, "old");
    now += 3 * DAY_MS;
    queues.send(ARN, "new");
    now += 1.5 * DAY_MS;
    assert.deepEqual(bodies(await receive({ MaxNumberOfMessages: 10 })), ["new"]);
  });

  it("purges a queue", async () => {
    queues.send(ARN, "letter");
    await call("PurgeQueue", { QueueUrl });
    assert.deepEqual(await receive(), {});
  });

  it("keeps messages when the program is applied again, and drops a queue that is no longer declared", async () => {
    queues.send(ARN, "letter");
    queues.apply({ queues: [{ ...queue, messageRetentionSeconds: 60 }] });
    assert.deepEqual(bodies(await receive()), ["letter"]);
    queues.apply({ queues: [] });
    assert.deepEqual(await call("ListQueues", {}), { QueueUrls: [] });
  });

  it("undoes a send together with the turn that it belongs to", () => {
    assert.throws(() =>
      store.write(() => {
        queues.send(ARN, "never");
        throw new Error("undone");
      }),
    );
    assert.equal(queues.count(queues.find("dead")).visible, 0);
  });
});
