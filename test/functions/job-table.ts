import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { OPEN_JOBS_ATTRIBUTES, OPEN_JOBS_INDEX } from "../../functions/shared/job-record.ts";

// dynalite has no types: it makes a plain HTTP server.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: { createTableMs: number }) => Server;

export const TABLE_NAME = "jobs";

interface Definition extends Pick<CreateTableCommandInput, "AttributeDefinitions" | "GlobalSecondaryIndexes"> {
  readonly name: string;
  readonly hashKey: string;
}

const jobs: Definition = {
  name: TABLE_NAME,
  hashKey: "jobId",
  AttributeDefinitions: [{ AttributeName: "open", AttributeType: "S" }],
  GlobalSecondaryIndexes: [
    {
      IndexName: OPEN_JOBS_INDEX,
      KeySchema: [{ AttributeName: "open", KeyType: "HASH" }],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: OPEN_JOBS_ATTRIBUTES },
    },
  ],
};

/** A table in memory, new for each file of tests: the job table, or another one. */
export class TestJobTable {
  readonly #definition: Definition;
  #client: DynamoDBClient | undefined;
  #server: Server | undefined;

  private constructor(definition: Definition) {
    this.#definition = definition;
  }

  /** Sets up the table around the tests of one file. */
  static use(definition: Definition = jobs): TestJobTable {
    const table = new TestJobTable(definition);
    before(() => table.#open());
    after(() => table.#close());
    return table;
  }

  get client(): DynamoDBClient {
    if (!this.#client) throw new Error("Only within tests");
    return this.#client;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server?.address() as AddressInfo).port}`;
  }

  /** @returns the item as it is stored */
  async get(key: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.client.send(new GetItemCommand({ TableName: this.#definition.name, Key: marshall({ [this.#definition.hashKey]: key }) }));
    return Item && unmarshall(Item);
  }

  async put(item: Record<string, unknown>): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: this.#definition.name, Item: marshall(item) }));
  }

  async #open(): Promise<void> {
    this.#server = dynalite({ createTableMs: 0 }).listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { name, hashKey, AttributeDefinitions = [], ...indexes } = this.#definition;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    this.#client = new DynamoDBClient({ endpoint: this.endpoint, region: "eu-central-1", credentials });
    await this.#client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: hashKey, AttributeType: "S" }, ...AttributeDefinitions],
        KeySchema: [{ AttributeName: hashKey, KeyType: "HASH" }],
        ...indexes,
      }),
    );
  }

  #close(): void {
    this.#client?.destroy();
    this.#server?.close();
  }
}
