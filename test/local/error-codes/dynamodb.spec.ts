import assert from "node:assert/strict";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import { DynamoDb } from "../../../local/dynamodb/dynamodb.ts";
import { dynamodbService } from "../../../local/dynamodb/service.ts";
import { schema } from "../../../local/dynamodb/tables.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Store } from "../../../local/store/store.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity } from "../iam/fixtures.ts";
import { itRefuses, refused, type Refusal } from "./calls.ts";

const TableName = "jobs";
const Key = { jobId: { S: "a" } };
const of = (expression: object, values?: object) => ({ TableName, Key, ...expression, ...(values && { ExpressionAttributeValues: values }) });
const V = { ":v": { S: "x" } };

const WRONG_VALUES = [{}, { S: "a", N: "1" }, { N: "x" }, { N: "1e999" }, { N: "1".repeat(39) }, { NULL: false }, { SS: [] }, { SS: ["a", "a"] }, { T: "a" }];
const WRONG_TYPES = [5, "a", [], { S: 5 }, { N: 5 }, { BOOL: "true" }, { SS: "a" }, { L: {} }, { M: [] }, { B: "*" }];

const REFUSALS: Refusal[] = [
  { command: dynamodb.GetItemCommand, body: { TableName: "none", Key }, code: "ResourceNotFoundException" },
  { command: dynamodb.GetItemCommand, body: { Key }, code: "ValidationException" },
  { command: dynamodb.GetItemCommand, body: { TableName: 5, Key }, code: "SerializationException" },
  { command: dynamodb.GetItemCommand, body: { TableName }, code: "ValidationException" },
  { command: dynamodb.GetItemCommand, body: { TableName, Key: { other: { S: "a" } } }, code: "ValidationException" },
  { command: dynamodb.GetItemCommand, body: { TableName, Key: { jobId: { N: "1" } } }, code: "ValidationException" },
  { command: dynamodb.GetItemCommand, body: { TableName, Key: { jobId: { S: "" } } }, code: "ValidationException" },
  { command: dynamodb.GetItemCommand, body: { TableName, Key, AttributesToGet: ["a"] }, code: "ValidationException" },
  { command: dynamodb.GetItemCommand, body: { TableName, Key, ProjectionExpression: "status" }, code: "ValidationException" },
  { command: dynamodb.GetItemCommand, body: { TableName, Key, ProjectionExpression: "a, a.b" }, code: "ValidationException" },
  { command: dynamodb.PutItemCommand, body: { TableName, Item: { a: { S: "x" } } }, code: "ValidationException" },
  { command: dynamodb.PutItemCommand, body: { TableName, Item: Key, ReturnValues: "ALL_NEW" }, code: "ValidationException" },
  { command: dynamodb.PutItemCommand, body: { TableName, Item: Key, ConditionExpression: "attribute_exists(jobId)" }, code: "ConditionalCheckFailedException" },
  { command: dynamodb.PutItemCommand, body: { TableName, Item: { ...Key, a: { S: "x".repeat(400 * 1024) } } }, code: "ValidationException" },
  ...WRONG_VALUES.map((a) => ({ command: dynamodb.PutItemCommand, body: { TableName, Item: { ...Key, a } }, code: "ValidationException" })),
  ...WRONG_TYPES.map((a) => ({ command: dynamodb.PutItemCommand, body: { TableName, Item: { ...Key, a } }, code: "SerializationException" })),
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "SET status = :v" }, V), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "SET a = :w" }, V), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "SET #a = :v" }, V), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "REMOVE a" }, V), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "SET jobId = :v" }, V), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "SET a = :v, a = :v" }, V), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "SET a = b" }), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "ADD a :v" }, V), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "" }), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "SET a = = :v" }, V), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ AttributeUpdates: {} }), code: "ValidationException" },
  { command: dynamodb.UpdateItemCommand, body: of({ UpdateExpression: "REMOVE a", ConditionExpression: "attribute_exists(jobId)" }), code: "ConditionalCheckFailedException" },
  { command: dynamodb.DeleteItemCommand, body: of({ ConditionExpression: "attribute_exists(jobId)" }), code: "ConditionalCheckFailedException" },
  { command: dynamodb.DeleteItemCommand, body: of({ ConditionExpression: "constructor(jobId)" }), code: "ValidationException" },
  { command: dynamodb.DeleteItemCommand, body: { TableName: "none", Key }, code: "ResourceNotFoundException" },
  { command: dynamodb.QueryCommand, body: { TableName, KeyConditionExpression: "a = :v", ExpressionAttributeValues: V }, code: "ValidationException" },
  { command: dynamodb.QueryCommand, body: { TableName, KeyConditionExpression: "jobId > :v", ExpressionAttributeValues: V }, code: "ValidationException" },
  { command: dynamodb.QueryCommand, body: { TableName, IndexName: "none", KeyConditionExpression: "jobId = :v", ExpressionAttributeValues: V }, code: "ValidationException" },
  { command: dynamodb.QueryCommand, body: { TableName }, code: "ValidationException" },
  { command: dynamodb.QueryCommand, body: { TableName, KeyConditionExpression: "jobId = :v", ExpressionAttributeValues: V, Limit: 0 }, code: "ValidationException" },
  { command: dynamodb.ScanCommand, body: { TableName, Limit: "5" }, code: "SerializationException" },
  { command: dynamodb.ScanCommand, body: { TableName, ExclusiveStartKey: { a: { S: "x" } } }, code: "ValidationException" },
  { command: dynamodb.ScanCommand, body: { TableName, Segment: 1, TotalSegments: 1 }, code: "ValidationException" },
  { command: dynamodb.BatchGetItemCommand, body: { RequestItems: { none: { Keys: [Key] } } }, code: "ResourceNotFoundException" },
  { command: dynamodb.BatchGetItemCommand, body: { RequestItems: { jobs: { Keys: [Key, Key] } } }, code: "ValidationException" },
  { command: dynamodb.BatchGetItemCommand, body: { RequestItems: [] }, code: "SerializationException" },
  { command: dynamodb.BatchWriteItemCommand, body: { RequestItems: { jobs: [] } }, code: "ValidationException" },
  { command: dynamodb.BatchWriteItemCommand, body: { RequestItems: { jobs: [{ PutRequest: { Item: Key } }, { DeleteRequest: { Key } }] } }, code: "ValidationException" },
  { command: dynamodb.ListTablesCommand, body: { Limit: 101 }, code: "ValidationException" },
  { command: dynamodb.ListTablesCommand, body: { Limit: 0 }, code: "ValidationException" },
  { command: dynamodb.ListTablesCommand, body: { Limit: "1" }, code: "SerializationException" },
  { command: dynamodb.DescribeTableCommand, body: { TableName: "none" }, code: "ResourceNotFoundException" },
  { command: dynamodb.DescribeTimeToLiveCommand, body: { TableName: "none" }, code: "ResourceNotFoundException" },
  ...[dynamodb.TransactWriteItemsCommand, dynamodb.TransactGetItemsCommand].map((command) => ({ command, input: { TransactItems: [] }, code: "UnknownOperationException" })),
  { command: dynamodb.ExecuteStatementCommand, input: { Statement: "SELECT * FROM jobs" }, code: "UnknownOperationException" },
  { command: dynamodb.BatchExecuteStatementCommand, input: { Statements: [] }, code: "UnknownOperationException" },
  { command: dynamodb.ExecuteTransactionCommand, input: { TransactStatements: [] }, code: "UnknownOperationException" },
];

describe("The error codes of DynamoDB", () => {
  let store: Store;
  let door: Door;
  let client: dynamodb.DynamoDBClient;

  before(async () => {
    store = Store.open({ file: ":memory:", schemas: [schema] });
    const tables = new DynamoDb({ identity, store, clock: { now: Date.now } });
    const attributes = [{ name: "jobId", type: "S" }] as const;
    tables.apply({ tables: [TableName, "more"].map((name) => ({ arn: `arn:aws:dynamodb:${identity.region}:${LOCAL_ACCOUNT_ID}:table/${name}`, name, hashKey: "jobId", attributes })) });
    door = await openDoor({ iam: createIam(), services: [dynamodbService(tables)], committed: () => store.committed() });
    client = new dynamodb.DynamoDBClient(door.client(administrator));
  });
  after(async () => {
    client.destroy();
    await door.gateway.close();
    store.close();
  });

  itRefuses("dynamodb", () => client, REFUSALS);

  it("tells by name what it does not implement", async () => {
    const { message } = await refused(client, { command: dynamodb.ExecuteStatementCommand, input: { Statement: "SELECT * FROM jobs" }, code: "" });
    assert.equal(message, "The local stack does not implement dynamodb:ExecuteStatement.");
  });

  it("lists tables page by page", async () => {
    const first = await client.send(new dynamodb.ListTablesCommand({ Limit: 1 }));
    const second = await client.send(new dynamodb.ListTablesCommand({ Limit: 1, ExclusiveStartTableName: first.LastEvaluatedTableName }));
    assert.deepEqual([first.TableNames, second.TableNames, second.LastEvaluatedTableName], [["jobs"], ["more"], undefined]);
  });

  it("hands over the SDK's own error with the item that a condition protects", async () => {
    const Item = { jobId: { S: "kept" }, n: { N: "1" } };
    await client.send(new dynamodb.PutItemCommand({ TableName, Item }));
    const again = new dynamodb.PutItemCommand({ TableName, Item, ConditionExpression: "attribute_not_exists(jobId)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
    await assert.rejects(client.send(again), (error) => {
      assert.ok(error instanceof dynamodb.ConditionalCheckFailedException);
      assert.deepEqual(error.Item, Item);
      return true;
    });
  });
});
