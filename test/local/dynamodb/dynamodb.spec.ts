import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { TableDeclaration } from "../../../local/declarations.ts";
import { DynamoDb } from "../../../local/dynamodb/dynamodb.ts";
import { dynamodbService } from "../../../local/dynamodb/service.ts";
import { schema } from "../../../local/dynamodb/tables.ts";
import { AwsError } from "../../../local/errors.ts";
import { errorResponse } from "../../../local/gateway/error-response.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Store } from "../../../local/store/store.ts";

const identity = { partition: "aws", region: "eu-central-1", accountId: LOCAL_ACCOUNT_ID };
const table = (name: string, hashKey = "jobId"): TableDeclaration => ({
  arn: `arn:aws:dynamodb:eu-central-1:${LOCAL_ACCOUNT_ID}:table/${name}`,
  name,
  hashKey,
  attributes: [{ name: hashKey, type: "S" }],
});
const jobs = table("jobs");
const item = (jobId: string) => ({ jobId: { S: jobId }, status: { S: "RUNNING" } });

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

describe("DynamoDB", () => {
  const open: Store[] = [];
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dynamodb-"));
  });
  afterEach(() => {
    for (const store of open.splice(0)) store.close();
    rmSync(folder, { recursive: true });
  });

  function start(tables: readonly TableDeclaration[] = [jobs]): DynamoDb {
    const store = Store.open({ file: join(folder, "stack.sqlite"), schemas: [schema] });
    const dynamodb = new DynamoDb({ identity, store, clock: { now: Date.now } });
    open.push(store);
    dynamodb.apply({ tables });
    return dynamodb;
  }
  const parse = (dynamodb: DynamoDb, operation: string, input: object) =>
    dynamodbService(dynamodb).parse({
      method: "POST",
      path: "/",
      query: new URLSearchParams(),
      headers: { "x-amz-target": `DynamoDB_20120810.${operation}` },
      body: Buffer.from(JSON.stringify(input)),
    });
  async function call(dynamodb: DynamoDb, operation: string, input: object): Promise<Answer> {
    const caller = { kind: "user", arn: "arn:aws:iam::000000000000:user/local", accountId: LOCAL_ACCOUNT_ID } as const;
    let answer;
    try {
      answer = await parse(dynamodb, operation, input).execute(caller);
    } catch (error) {
      assert.ok(error instanceof AwsError);
      answer = errorResponse(error, { protocol: "json" }, "request");
    }
    const { status, headers, body } = answer;
    return { status, headers, text: String(body), body: JSON.parse(String(body)) as Record<string, unknown> };
  }

  it("serves the declared tables at once, by name and by ARN", async () => {
    const dynamodb = start();
    assert.equal((await call(dynamodb, "PutItem", { TableName: "jobs", Item: item("a") })).status, 200);
    const { body } = await call(dynamodb, "GetItem", { TableName: jobs.arn, Key: { jobId: { S: "a" } }, ConsistentRead: true });
    assert.deepEqual(body["Item"], item("a"));
    const { Table } = (await call(dynamodb, "DescribeTable", { TableName: "jobs" })).body as { Table: Record<string, unknown> };
    assert.equal(Table["TableArn"], jobs.arn);
    assert.equal(Table["TableStatus"], "ACTIVE");
    assert.deepEqual((await call(dynamodb, "ListTables", {})).body, { TableNames: ["jobs"] });
  });

  it("never overwrites what a condition protects", async () => {
    const dynamodb = start();
    await call(dynamodb, "PutItem", { TableName: "jobs", Item: { ...item("a"), status: { S: "SUCCEEDED" } } });
    const refused = await call(dynamodb, "UpdateItem", {
      TableName: "jobs",
      Key: { jobId: { S: "a" } },
      UpdateExpression: "SET #status = :failed",
      ConditionExpression: "#status IN (:starting, :running)",
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":failed": { S: "FAILED" }, ":starting": { S: "STARTING" }, ":running": { S: "RUNNING" } },
    });
    assert.equal(refused.status, 400);
    assert.match(String(refused.body["__type"]), /^ConditionalCheckFailedException$/);
    const { body } = await call(dynamodb, "GetItem", { TableName: "jobs", Key: { jobId: { S: "a" } } });
    assert.deepEqual((body["Item"] as Record<string, unknown>)["status"], { S: "SUCCEEDED" });
  });

  it("carries the checksum that SDKs verify", async () => {
    const { headers, text } = await call(start(), "Scan", { TableName: "jobs" });
    assert.equal(headers["x-amz-crc32"], String(crc32(text)));
  });

  it("hands over the item that a condition protects, to a caller that asks for it", async () => {
    const dynamodb = start();
    await call(dynamodb, "PutItem", { TableName: "jobs", Item: item("a") });
    const again = { TableName: "jobs", Item: item("a"), ConditionExpression: "attribute_not_exists(jobId)" };
    const { status, body } = await call(dynamodb, "PutItem", { ...again, ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
    assert.deepEqual({ status, Item: body["Item"] }, { status: 400, Item: item("a") });
    assert.equal((await call(dynamodb, "PutItem", again)).body["Item"], undefined);
  });

  it("answers a request that makes no sense with DynamoDB's own error", async () => {
    const dynamodb = start();
    const invalid = await call(dynamodb, "PutItem", { TableName: "jobs", Item: { wrong: { S: "x" } } });
    assert.equal(invalid.status, 400);
    assert.match(String(invalid.body["__type"]), /ValidationException/);
    const missing = await call(dynamodb, "GetItem", { TableName: "none", Key: { jobId: { S: "a" } } });
    assert.match(String(missing.body["__type"]), /ResourceNotFoundException/);
  });

  it("keeps items over a restart and a repeated declaration", async () => {
    const first = start();
    await call(first, "PutItem", { TableName: "jobs", Item: item("a") });
    first.apply({ tables: [jobs, table("more")] });
    assert.equal((await call(first, "Scan", { TableName: "jobs" })).body["Count"], 1);
    open.pop()!.close();
    assert.equal((await call(start(), "Scan", { TableName: "jobs" })).body["Count"], 1);
  });

  it("drops a table that is no longer declared, and makes one with another key anew", async () => {
    const dynamodb = start([jobs, table("more")]);
    await call(dynamodb, "PutItem", { TableName: "jobs", Item: item("a") });
    await call(dynamodb, "PutItem", { TableName: "more", Item: item("a") });
    dynamodb.apply({ tables: [table("jobs", "id")] });
    assert.equal((await call(dynamodb, "Scan", { TableName: "jobs" })).body["Count"], 0);
    assert.match(String((await call(dynamodb, "Scan", { TableName: "more" })).body["__type"]), /ResourceNotFoundException/);
    dynamodb.apply({ tables: [jobs, table("more")] });
    assert.equal((await call(dynamodb, "Scan", { TableName: "more" })).body["Count"], 0);
  });

  it("keeps the items of a table whose own row is damaged, and starts", async () => {
    await call(start(), "PutItem", { TableName: "jobs", Item: item("a") });
    const store = open.pop()!;
    store.run("UPDATE dynamodb_tables SET declaration = '{cut'");
    await store.committed();
    store.close();
    const { body } = await call(start(), "GetItem", { TableName: "jobs", Key: { jobId: { S: "a" } } });
    assert.deepEqual(body, { Item: item("a") });
  });

  it("keeps the items of a table that gets an index, and finds them by it", async () => {
    const first = start();
    const item = { jobId: { S: "a" }, open: { S: "open" } };
    for (const Item of [item, { jobId: { S: "b" } }]) first.execute("PutItem", { TableName: "jobs", Item });
    open.pop()!.close();
    const indexed = start([
      {
        ...jobs,
        attributes: [...jobs.attributes, { name: "open", type: "S" }],
        globalSecondaryIndexes: [{ name: "open-jobs", hashKey: "open", projectionType: "KEYS_ONLY" }],
      },
    ]);
    const query = { TableName: "jobs", IndexName: "open-jobs", KeyConditionExpression: "#o = :o", ExpressionAttributeNames: { "#o": "open" }, ExpressionAttributeValues: { ":o": { S: "open" } } };
    assert.deepEqual(Reflect.get(indexed.execute("Query", query), "Items"), [item]);
    assert.equal(Reflect.get(indexed.execute("Scan", { TableName: "jobs" }), "Count"), 2);
  });

  it("loses no acknowledged write when its process is killed", async () => {
    const module = (path: string) => new URL(`../../../local/${path}`, import.meta.url).href;
    const script = `
      const { DynamoDb } = await import(${JSON.stringify(module("dynamodb/dynamodb.ts"))});
      const { schema } = await import(${JSON.stringify(module("dynamodb/tables.ts"))});
      const { Store } = await import(${JSON.stringify(module("store/store.ts"))});
      const store = Store.open({ file: ${JSON.stringify(join(folder, "stack.sqlite"))}, schemas: [schema] });
      const dynamodb = new DynamoDb({ identity: ${JSON.stringify(identity)}, store, clock: Date });
      dynamodb.apply({ tables: [${JSON.stringify(jobs)}] });
      for (let id = 0; id < 100; id++) dynamodb.execute("PutItem", { TableName: "jobs", Item: { jobId: { S: "job-" + id } } });
      await store.committed();
      process.kill(process.pid, "SIGKILL");
    `;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], { stdio: "ignore" });
    const [, signal] = (await once(child, "exit")) as [number | null, string | null];
    assert.equal(signal, "SIGKILL");
    assert.equal((await call(start(), "Scan", { TableName: "jobs" })).body["Count"], 100);
  });

  it("asks IAM about the table, the index, or every table of a batch", () => {
    const dynamodb = start();
    const access = (operation: string, input: object) => parse(dynamodb, operation, input).access;
    assert.deepEqual(access("GetItem", { TableName: "jobs" }), [{ action: "dynamodb:GetItem", resource: jobs.arn }]);
    assert.deepEqual(access("Query", { TableName: "jobs", IndexName: "byStatus" }), [
      { action: "dynamodb:Query", resource: `${jobs.arn}/index/byStatus` },
    ]);
    assert.deepEqual(
      access("BatchWriteItem", { RequestItems: { jobs: [], other: [] } }).map(({ resource }) => resource),
      [jobs.arn, table("other").arn],
    );
  });

  for (const operation of ["TransactWriteItems", "TransactGetItems", "ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction", "CreateTable", "UpdateTimeToLive", "constructor"]) {
    it(`names ${operation} as not implemented`, () => {
      assert.throws(
        () => parse(start(), operation, {}),
        (error) => error instanceof AwsError && error.code === "UnknownOperationException" && error.message.includes(`dynamodb:${operation}`),
      );
    });
  }
});
