import assert from "node:assert/strict";
import fc from "fast-check";
import { compareNumbers, canonicalNumber } from "../../../local/dynamodb/decimal.ts";
import { DynamoDb } from "../../../local/dynamodb/dynamodb.ts";
import { schema } from "../../../local/dynamodb/tables.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Store } from "../../../local/store/store.ts";

const identity = { partition: "aws", region: "eu-central-1", accountId: LOCAL_ACCOUNT_ID };
interface Page {
  readonly Items: Record<string, { N?: string }>[];
  readonly Count: number;
  readonly LastEvaluatedKey?: object;
}

describe("Pages of a DynamoDB table", () => {
  let store: Store;
  let dynamodb: DynamoDb;

  beforeEach(() => {
    store = Store.open({ file: ":memory:", schemas: [schema] });
    dynamodb = new DynamoDb({ identity, store, clock: { now: Date.now } });
    const arn = `arn:aws:dynamodb:eu-central-1:${LOCAL_ACCOUNT_ID}:table/readings`;
    const attributes = [{ name: "sensor", type: "S" }, { name: "at", type: "N" }, { name: "level", type: "N" }] as const;
    const globalSecondaryIndexes = [{ name: "by-level", hashKey: "sensor", rangeKey: "level", projectionType: "KEYS_ONLY" }];
    dynamodb.apply({ tables: [{ arn, name: "readings", hashKey: "sensor", rangeKey: "at", attributes, globalSecondaryIndexes }] });
    for (let at = -300; at < 300; at++) {
      const level = at % 3 === 0 ? { level: { N: String(-at) } } : {};
      dynamodb.execute("PutItem", { TableName: "readings", Item: { sensor: { S: "a" }, at: { N: String(at) }, extra: { S: "x" }, ...level } });
    }
  });
  afterEach(() => store.close());

  function all(operation: string, input: object): Record<string, { N?: string }>[] {
    const found: Record<string, { N?: string }>[] = [];
    let ExclusiveStartKey: object | undefined;
    do {
      const page = dynamodb.execute(operation, { TableName: "readings", ...input, ExclusiveStartKey }) as Page;
      found.push(...page.Items);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return found;
  }
  const ats = (items: Record<string, { N?: string }>[]) => items.map((item) => Number(item.at?.N));
  const query = { KeyConditionExpression: "sensor = :s", ExpressionAttributeValues: { ":s": { S: "a" } } };

  it("hold every item once, in the order of numbers, either way", () => {
    const expected = Array.from({ length: 600 }, (_, index) => index - 300);
    for (const Limit of [7, 250, undefined]) {
      assert.deepEqual(ats(all("Scan", { Limit })), expected);
      assert.deepEqual(ats(all("Query", { ...query, Limit, ScanIndexForward: false })), expected.toReversed());
    }
  });

  it("hold what the sort key's condition and the filter leave", () => {
    const ranged = { KeyConditionExpression: "sensor = :s AND #at BETWEEN :low AND :high", ExpressionAttributeNames: { "#at": "at" } };
    const values = { ":s": { S: "a" }, ":low": { N: "-2" }, ":high": { N: "3" } };
    assert.deepEqual(ats(all("Query", { ...ranged, ExpressionAttributeValues: values })), [-2, -1, 0, 1, 2, 3]);
    const filtered = { ...ranged, FilterExpression: "attribute_exists(#level)", ExpressionAttributeNames: { "#at": "at", "#level": "level" }, ExpressionAttributeValues: values };
    assert.deepEqual(ats(all("Query", { ...filtered, Limit: 2 })), [0, 3]);
  });

  it("of a sparse index hold the items that have its key, in its order, with its projection", () => {
    const items = all("Query", { ...query, IndexName: "by-level", Limit: 11 });
    assert.equal(items.length, 200);
    assert.deepEqual(items.map(({ level }) => Number(level?.N)), Array.from({ length: 200 }, (_, index) => index * 3 - 297));
    assert.deepEqual(Object.keys(items[0] ?? {}).sort(), ["at", "level", "sensor"]);
    dynamodb.execute("UpdateItem", { TableName: "readings", Key: { sensor: { S: "a" }, at: { N: "0" } }, UpdateExpression: "REMOVE #l", ExpressionAttributeNames: { "#l": "level" } });
    assert.equal(all("Query", { ...query, IndexName: "by-level" }).length, 199);
  });

  it("are of 1 MB at most", () => {
    const big = { S: "x".repeat(300 * 1024) };
    for (let at = 0; at < 8; at++) dynamodb.execute("PutItem", { TableName: "readings", Item: { sensor: { S: "b" }, at: { N: String(at) }, big } });
    const { Count, LastEvaluatedKey } = dynamodb.execute("Query", { TableName: "readings", ...query, ExpressionAttributeValues: { ":s": { S: "b" } } }) as Page;
    assert.equal(Count, 4);
    assert.deepEqual(LastEvaluatedKey, { sensor: { S: "b" }, at: { N: "3" } });
  });
});

describe("DynamoDB's numbers", () => {
  it("are written in plain digits", () => {
    for (const [text, plain] of [["1e3", "1000"], ["-0", "0"], ["001.50", "1.5"], [".5", "0.5"], ["1E-3", "0.001"], ["-12.00", "-12"]] as const) assert.equal(canonicalNumber(text), plain);
  });

  it("have the order that their values have", () => {
    const numbers = fc.tuple(fc.integer({ min: -99999, max: 99999 }), fc.integer({ min: -20, max: 20 })).map(([digits, power]) => `${digits}e${power}`);
    fc.assert(fc.property(numbers, numbers, (one, other) => assert.equal(Math.sign(compareNumbers(one, other)), Math.sign(Number(one) - Number(other)))));
  });
});
