import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { DynamoDb } from "../../../local/dynamodb/dynamodb.ts";
import { dynamodbService } from "../../../local/dynamodb/service.ts";
import { schema } from "../../../local/dynamodb/tables.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { Store } from "../../../local/store/store.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, createIam, identity } from "../iam/fixtures.ts";

// dynalite has no types: it makes a plain HTTP server.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: { createTableMs: number }) => Server;
const COMMANDS = { GetItem: GetItemCommand, PutItem: PutItemCommand, UpdateItem: UpdateItemCommand };
const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 300);

const names = ["a", "b", "c"];
// Without what dynalite is known to do otherwise: empty strings have no size there, false equals nothing, lists contain neither booleans nor NULL, and what an attribute is set to inside of itself ends
// its process.
const number = fc.oneof(fc.integer({ min: -50, max: 50 }).map(String), fc.constantFrom("1.50", "1e3", "-0", "0.001", "12345678901234567890.5"));
const scalar = fc.oneof(
  number.map((N) => ({ N })),
  fc.constantFrom("x", "xy", "é").map((S) => ({ S })),
  fc.constantFrom("AA==", "AAE=").map((B) => ({ B })),
);
const value = fc.oneof(
  { weight: 4, arbitrary: scalar },
  fc.constantFrom({ BOOL: true }, { NULL: true }),
  fc.uniqueArray(fc.constantFrom("x", "y", "z"), { minLength: 1 }).map((SS) => ({ SS })),
  fc.uniqueArray(fc.constantFrom("1", "2", "30"), { minLength: 1 }).map((NS) => ({ NS })),
  fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })),
  fc.dictionary(fc.constantFrom(...names), scalar).map((M) => ({ M })),
);
const attributes = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });

const step = fc.constantFrom("#a", "#b", "#c");
const path = fc.oneof({ weight: 3, arbitrary: step }, fc.tuple(step, step).map((steps) => steps.join(".")), fc.tuple(step, fc.nat(2)).map(([name, index]) => `${name}[${index}]`));
const measured = fc.oneof(path, path.map((each) => `size(${each})`));
const comparison = fc.oneof(
  // dynalite takes two missing attributes for equal, and gives values an order that have none on DynamoDB, such as booleans.
  fc.tuple(measured, fc.constantFrom("=", "<>"), fc.constantFrom(":v", ":w")).map((parts) => parts.join(" ")),
  fc.tuple(measured, fc.constantFrom("<", "<=", ">", ">="), fc.constant(":o")).map((parts) => parts.join(" ")),
  fc.tuple(fc.constantFrom("attribute_exists", "attribute_not_exists"), path).map(([name, each]) => `${name}(${each})`),
  fc.tuple(fc.constantFrom("contains", "begins_with"), path).map(([name, each]) => `${name}(${each}, :v)`),
  path.map((each) => `attribute_type(${each}, :type)`),
  path.map((each) => `${each} IN (:v, :w)`),
);
const condition = fc.oneof(
  comparison,
  fc.tuple(comparison, fc.constantFrom("AND", "OR"), comparison).map((parts) => parts.join(" ")),
  fc.tuple(comparison, comparison, comparison).map(([one, two, three]) => `NOT (${one} OR ${two}) AND ${three}`),
);
const apart = fc.tuple(path, path).filter(([one, other]) => one.slice(0, 2) !== other.slice(0, 2));
const action = fc.oneof(
  fc.tuple(path, fc.constantFrom(":v", ":w")).map(([each, other]) => `SET ${each} = ${other}`),
  fc.tuple(path, path, fc.constantFrom("+", "-")).map(([each, other, sign]) => `SET ${each} = ${other} ${sign} :v`),
  apart.map(([each, other]) => `SET ${each} = if_not_exists(${other}, :v)`),
  apart.map(([each, other]) => `SET ${each} = list_append(${other}, :v)`),
  path.map((each) => `REMOVE ${each}`),
  step.map((each) => `ADD ${each} :v`),
  step.map((each) => `DELETE ${each} :v`),
);
const call = fc.record({
  update: action,
  condition: fc.option(condition, { nil: undefined, freq: 2 }),
  values: fc.record({ ":v": value, ":w": value, ":o": fc.oneof(number.map((N) => ({ N })), fc.constantFrom("x", "xy").map((S) => ({ S }))), ":type": fc.constantFrom("S", "N", "M", "L", "SS").map((S) => ({ S })) }),
  returned: fc.constantFrom("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"),
});

describe("DynamoDB's expressions beside dynalite's", function () {
  this.timeout(600_000);
  const clients: DynamoDBClient[] = [];
  let server: Server;
  let store: Store;
  let door: Door;

  before(async () => {
    store = Store.open({ file: ":memory:", schemas: [schema] });
    const dynamodb = new DynamoDb({ identity, store, clock: { now: Date.now } });
    dynamodb.apply({ tables: [{ arn: `arn:aws:dynamodb:${identity.region}:${LOCAL_ACCOUNT_ID}:table/jobs`, name: "jobs", hashKey: "jobId", attributes: [{ name: "jobId", type: "S" }] }] });
    door = await openDoor({ iam: createIam(), services: [dynamodbService(dynamodb)], committed: () => store.committed() });
    server = dynalite({ createTableMs: 0 }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // An IP listener's address is never a string.
    clients.push(new DynamoDBClient(door.client(administrator)), new DynamoDBClient({ ...door.client(administrator), endpoint: `http://127.0.0.1:${port}` }));
    const key = { AttributeDefinitions: [{ AttributeName: "jobId", AttributeType: "S" as const }], KeySchema: [{ AttributeName: "jobId", KeyType: "HASH" as const }] };
    await clients[1]!.send(new CreateTableCommand({ TableName: "jobs", BillingMode: "PAY_PER_REQUEST", ...key }));
  });
  after(async () => {
    for (const client of clients) client.destroy();
    server.close();
    await door.gateway.close();
    store.close();
  });

  /** What each of the two answers to a request that no type of the SDK holds back. */
  async function both(operation: keyof typeof COMMANDS, input: object): Promise<unknown[]> {
    const Command = COMMANDS[operation] as unknown as new (input: object) => never;
    return Promise.all(
      clients.map(async (client) => {
        try {
          return { ...((await client.send(new Command(structuredClone(input)))) as object), $metadata: undefined };
        } catch (error) {
          return (error as Error).name;
        }
      }),
    );
  }
  it(`answer ${RUNS} random updates alike, and keep the same items`, async () => {
    await fc.assert(
      fc.asyncProperty(attributes, call, async (initial, { update, condition: text, values, returned }) => {
        const used = `${update} ${text ?? ""}`;
        const only = (all: object) => Object.fromEntries(Object.entries(all).filter(([token]) => new RegExp(`${token}\\b`).test(used)));
        const expressionValues = only(values);
        const jobId = { jobId: { S: "a" } };
        await both("PutItem", { TableName: "jobs", Item: structured({ ...initial, ...jobId }) });
        const [ours, theirs] = await both("UpdateItem", {
          TableName: "jobs",
          Key: jobId,
          UpdateExpression: update,
          ConditionExpression: text,
          ExpressionAttributeNames: only({ "#a": "a", "#b": "b", "#c": "c" }),
          ...(Object.keys(expressionValues).length > 0 && { ExpressionAttributeValues: structured(expressionValues) }),
          ReturnValues: returned,
        });
        assert.deepEqual(normal(ours), normal(theirs));
        const [kept, keptThere] = await both("GetItem", { TableName: "jobs", Key: jobId });
        assert.deepEqual(normal(kept), normal(keptThere));
      }),
      { numRuns: RUNS, seed: Number(process.env.DIFFERENTIAL_SEED ?? 11) },
    );
  });

  function structured(input: object): object {
    const walk = (each: unknown): unknown => {
      if (Array.isArray(each)) return each.map(walk);
      if (typeof each !== "object" || each === null) return each;
      return Object.fromEntries(Object.entries(each).map(([name, member]) => [name, name === "B" && typeof member === "string" ? Buffer.from(member, "base64") : walk(member)]));
    };
    return walk(input) as object;
  }
  /** Sets have no order, and dynalite shows that nothing was updated as an empty map. */
  function normal(answer: unknown): unknown {
    const { Attributes } = answer as { Attributes?: object };
    if (Attributes !== undefined && Object.keys(Attributes).length === 0) return {};
    return JSON.parse(JSON.stringify(answer), (name, each: unknown) => (["SS", "NS"].includes(name) && Array.isArray(each) ? each.toSorted() : each));
  }
});
