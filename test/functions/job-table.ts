import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { once } from "node:events";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { OPEN_JOBS_INDEX } from "../../functions/shared/job-record.ts";

// dynalite has no types: it makes a plain HTTP server.
const dynalite = createRequire(import.meta.url)("dynalite") as (options: { createTableMs: number }) => Server;

export const TABLE_NAME = "jobs";

/** A job table in memory, new for each file of tests. */
export class TestJobTable {
  #client: DynamoDBClient | undefined;
  #server: Server | undefined;

  /** Sets up the table around the tests of one file. */
  static use(): TestJobTable {
    const table = new TestJobTable();
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
  async get(jobId: string): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.client.send(new GetItemCommand({ TableName: TABLE_NAME, Key: marshall({ jobId }) }));
    return Item && unmarshall(Item);
  }

  async put(item: Record<string, unknown>): Promise<void> {
    await this.client.send(new PutItemCommand({ TableName: TABLE_NAME, Item: marshall(item) }));
  }

  async #open(): Promise<void> {
    this.#server = dynalite({ createTableMs: 0 }).listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    this.#client = new DynamoDBClient({ endpoint: this.endpoint, region: "eu-central-1", credentials });
    await this.#client.send(
      new CreateTableCommand({
        TableName: TABLE_NAME,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "jobId", AttributeType: "S" },
          { AttributeName: "open", AttributeType: "S" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: OPEN_JOBS_INDEX,
            KeySchema: [{ AttributeName: "open", KeyType: "HASH" }],
            Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["executionArn", "attempt", "taskArn"] },
          },
        ],
        KeySchema: [{ AttributeName: "jobId", KeyType: "HASH" }],
      }),
    );
  }

  #close(): void {
    this.#client?.destroy();
    this.#server?.close();
  }
}
