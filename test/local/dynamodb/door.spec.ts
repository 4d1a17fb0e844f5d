import assert from "node:assert/strict";
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { DynamoDb } from "../../../local/dynamodb/dynamodb.ts";
import { dynamodbService } from "../../../local/dynamodb/service.ts";
import { schema } from "../../../local/dynamodb/tables.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Store } from "../../../local/store/store.ts";
import { awsError, openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity, lambdaCaller, policy, role } from "../iam/fixtures.ts";

describe("DynamoDB, by the SDK", () => {
  const tableArn = (name: string) => `arn:aws:dynamodb:${identity.region}:${LOCAL_ACCOUNT_ID}:table/${name}`;
  const writer = role("writer", {
    own: policy({ Effect: "Allow", Action: ["dynamodb:PutItem", "dynamodb:BatchGetItem"], Resource: tableArn("jobs") }),
  });
  const iam = createIam([writer]);
  const clients: DynamoDBClient[] = [];
  let store: Store;
  let dynamodb: DynamoDb;
  let door: Door;

  before(async () => {
    store = Store.open({ file: ":memory:", schemas: [schema] });
    dynamodb = new DynamoDb({ identity, store, clock: { now: Date.now } });
    const attributes = [{ name: "jobId", type: "S" }] as const;
    dynamodb.apply({ tables: ["jobs", "other"].map((name) => ({ arn: tableArn(name), name, hashKey: "jobId", attributes })) });
    door = await openDoor({ iam, services: [dynamodbService(dynamodb)], committed: () => store.committed() });
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await door.gateway.close();
    store.close();
  });

  function clientOf(credentials: Parameters<Door["client"]>[0]): DynamoDBClient {
    const client = new DynamoDBClient(door.client(credentials));
    clients.push(client);
    return client;
  }
  const put = new PutItemCommand({ TableName: "jobs", Item: { jobId: { S: "a" } }, ConditionExpression: "attribute_not_exists(jobId)" });

  it("lets a role do what its policy names, on its table only, every table of a batch included", async () => {
    const client = clientOf(iam.issueCredentials(iam.assumeRole(writer.arn, lambdaCaller("writer"), "session")));
    await client.send(put);
    await assert.rejects(client.send(put), ConditionalCheckFailedException);
    await assert.rejects(client.send(new ScanCommand({ TableName: "jobs" })), awsError("AccessDeniedException", 400));
    const Keys = [{ jobId: { S: "a" } }];
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { jobs: { Keys } } }));
    assert.deepEqual(Responses?.["jobs"], Keys);
    const both = new BatchGetItemCommand({ RequestItems: { jobs: { Keys }, other: { Keys } } });
    await assert.rejects(client.send(both), awsError("AccessDeniedException", 400));
  });

  it("refuses a null in the place of a value, as AWS does", () => {
    const message = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
    for (const input of [{ TableName: "jobs", Item: { jobId: { S: "a" }, wrong: null } }, { RequestItems: { jobs: { Keys: [null] } } }]) {
      assert.throws(() => dynamodb.execute("Item" in input ? "PutItem" : "BatchGetItem", input), { name: "ValidationException", message });
    }
  });

  it("shows the developer everything, and names what it does not implement", async () => {
    const client = clientOf(administrator);
    assert.deepEqual((await client.send(new ListTablesCommand({}))).TableNames, ["jobs", "other"]);
    await assert.rejects(client.send(new TransactWriteItemsCommand({ TransactItems: [] })), (error: Error) => {
      assert.match(error.message, /does not implement dynamodb:TransactWriteItems/);
      return true;
    });
  });
});
