import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { StackDeclaration, TableDeclaration } from "../declarations.ts";
import { UserError } from "../errors.ts";
import type { Identity } from "../identity.ts";
import { Dynalite, type DynaliteAnswer } from "./dynalite.ts";

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.string() }));
const describeTableAnswer = z.object({
  Table: z.object({
    TableStatus: z.string(),
    KeySchema: keySchema,
    AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
    GlobalSecondaryIndexes: z
      .array(
        z.object({
          IndexName: z.string(),
          KeySchema: keySchema,
          Projection: z.object({ ProjectionType: z.string(), NonKeyAttributes: z.array(z.string()).optional() }),
        }),
      )
      .optional(),
  }),
});
const scanAnswer = z.object({ Items: z.array(z.looseObject({})), LastEvaluatedKey: z.looseObject({}).optional() });
const listTablesAnswer = z.object({ TableNames: z.array(z.string()) });

/** The declared tables, on dynalite. */
export class DynamoDb {
  readonly identity: Identity;
  readonly #dynalite: Dynalite;
  readonly #folder: string;
  /** Rejects when the declared tables could not be made, and then every request does. */
  #ready: Promise<void> = Promise.resolve();
  #tableNames: readonly string[] = [];

  /** @param options.folder where the tables are kept */
  constructor(options: { identity: Identity; folder: string }) {
    this.identity = options.identity;
    this.#folder = options.folder;
    this.#dynalite = new Dynalite({ folder: options.folder, region: options.identity.region, accountId: options.identity.accountId });
  }

  get tableNames(): readonly string[] {
    return this.#tableNames;
  }

  /**
   * Makes the declared tables, before any request that comes later is served. A table whose key has changed is made anew
   * without its items, and one that is no longer declared goes, as in a deployment; one whose indexes have changed keeps its items.
   */
  apply(declaration: Pick<StackDeclaration, "tables">): void {
    this.#tableNames = declaration.tables.map((table) => table.name).sort();
    this.#ready = this.#ready.then(() => this.#reconcile(declaration.tables));
    // Requests and `start` see the rejection; by itself it must not end the process.
    this.#ready.catch(() => undefined);
  }

  /**
   * Resolves when the declared tables are there.
   *
   * @throws UserError when the folder cannot be used, such as one that is damaged
   */
  async start(): Promise<void> {
    try {
      await this.#ready;
    } catch (error) {
      const { message, cause } = error as Error;
      const reason = cause instanceof Error ? cause.message : message;
      throw new UserError(`The tables in ${this.#folder} cannot be opened: ${reason}. Put a copy in its place, use another folder with --data, or begin anew with --fresh.`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    await this.#ready.catch(() => undefined);
    await this.#dynalite.close();
  }

  async execute(operation: string, input: object): Promise<DynaliteAnswer> {
    await this.#ready;
    return this.#dynalite.execute(operation, input);
  }

  async #reconcile(tables: readonly TableDeclaration[]): Promise<void> {
    await this.#dynalite.open();
    const { TableNames: existing } = listTablesAnswer.parse((await this.#dynalite.execute("ListTables", {})).body);
    for (const name of existing) {
      if (!tables.some((table) => table.name === name)) await this.#delete(name);
    }
    for (const table of tables) {
      const actual = existing.includes(table.name) ? await this.#describe(table.name) : undefined;
      const declared = tableInput(table);
      const is = (part: keyof typeof declared) => isDeepStrictEqual(actual?.[part], declared[part]);
      const sameKey = actual?.TableStatus === "ACTIVE" && is("KeySchema");
      if (sameKey && is("AttributeDefinitions") && is("GlobalSecondaryIndexes")) continue;
      const items = sameKey ? await this.#items(table.name) : [];
      if (actual !== undefined) await this.#delete(table.name);
      await this.#mustSucceed("CreateTable", { TableName: table.name, BillingMode: "PAY_PER_REQUEST", ...declared });
      await this.#reaches(table.name, "ACTIVE");
      for (const Item of items) await this.#mustSucceed("PutItem", { TableName: table.name, Item });
    }
  }

  async #items(tableName: string): Promise<object[]> {
    const items: object[] = [];
    let start: object | undefined;
    do {
      const page = scanAnswer.parse((await this.#dynalite.execute("Scan", { TableName: tableName, ...(start && { ExclusiveStartKey: start }) })).body);
      items.push(...page.Items);
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return items;
  }

  async #delete(tableName: string): Promise<void> {
    // A table that was being created when the stack was killed stays so for ever, and cannot be deleted. It is empty.
    if ((await this.#describe(tableName))?.TableStatus === "CREATING") return this.#dynalite.forget(tableName);
    await this.#mustSucceed("DeleteTable", { TableName: tableName });
    await this.#reaches(tableName, undefined);
  }

  /** The states of a table pass at once, but not in the call that changes them. */
  async #reaches(tableName: string, status: "ACTIVE" | undefined): Promise<void> {
    while ((await this.#describe(tableName))?.TableStatus !== status) await setImmediate();
  }

  async #describe(tableName: string) {
    const { status, body } = await this.#dynalite.execute("DescribeTable", { TableName: tableName });
    return status === 200 ? describeTableAnswer.parse(body).Table : undefined;
  }

  async #mustSucceed(operation: string, input: object): Promise<void> {
    const { status, body } = await this.#dynalite.execute(operation, input);
    if (status !== 200) throw new Error(`DynamoDB ${operation} of a declared table failed: ${JSON.stringify(body)}`);
  }
}

/** A table as CreateTable takes it. Only attributes of keys are defined, as DynamoDB demands. */
function tableInput({ hashKey, rangeKey, attributes, globalSecondaryIndexes }: TableDeclaration) {
  const table = keys(hashKey, rangeKey);
  const indexes = globalSecondaryIndexes?.map((index) => ({
    IndexName: index.name,
    KeySchema: keys(index.hashKey, index.rangeKey),
    Projection: { ProjectionType: index.projectionType, ...(index.nonKeyAttributes && { NonKeyAttributes: index.nonKeyAttributes }) },
  }));
  const types = new Map(attributes.map(({ name, type }) => [name, type]));
  const names = new Set([table, ...(indexes ?? []).map(({ KeySchema }) => KeySchema)].flat().map(({ AttributeName }) => AttributeName));
  return {
    KeySchema: table,
    AttributeDefinitions: [...names].map((AttributeName) => ({ AttributeName, AttributeType: types.get(AttributeName) ?? "S" })),
    ...(indexes?.length && { GlobalSecondaryIndexes: indexes }),
  };
}

function keys(hashKey: string, rangeKey?: string) {
  return [{ AttributeName: hashKey, KeyType: "HASH" }, ...(rangeKey === undefined ? [] : [{ AttributeName: rangeKey, KeyType: "RANGE" }])];
}
