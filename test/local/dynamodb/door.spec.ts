import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { awsError, openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity, lambdaCaller, policy, role } from "../iam/fixtures.ts";

describe("DynamoDB, by the SDK", () => {
  const tableArn = (name: string) => `arn:aws:dynamodb:${identity.region}:${LOCAL_ACCOUNT_ID}:table/${name}`;
  const writer = role("writer", {
    own: policy({ Effect: "Allow", Action: ["dynamodb:PutItem", "dynamodb:BatchGetItem"], Resource: tableArn("jobs") }),
  });
  const iam = createIam([writer]);
  const clients: DynamoDBClient[] = [];
  let folder: string;
  let dynamodb: DynamoDb;
  let door: Door;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dynamodb-"));
    dynamodb = new DynamoDb({ identity, folder });
    const attributes = [{ name: "jobId", type: "S" }] as const;
    dynamodb.apply({ tables: ["jobs", "other"].map((name) => ({ arn: tableArn(name), name, hashKey: "jobId", attributes })) });
    await dynamodb.start();
    door = await openDoor({ iam, services: [dynamodbService(dynamodb)] });
  });
  after(async () => {
    for (const client of clients) client.destroy();
    await door.gateway.close();
    await dynamodb.stop();
    rmSync(folder, { recursive: true });
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
      const headers = { "x-amz-target": `DynamoDB_20120810.${"Item" in input ? "PutItem" : "BatchGetItem"}` };
      const request = { method: "POST", path: "/", query: new URLSearchParams(), headers, body: Buffer.from(JSON.stringify(input)) };
      assert.throws(() => dynamodbService(dynamodb).parse(request), { name: "ValidationException", message });
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
