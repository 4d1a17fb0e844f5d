import { setImmediate } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { StackDeclaration, TableDeclaration } from "../declarations.ts";
import { UserError } from "../errors.ts";
import type { Identity } from "../identity.ts";
import { Dynalite, type DynaliteAnswer } from "./dynalite.ts";

const describeTableAnswer = z.object({
  Table: z.object({
    TableStatus: z.string(),
    KeySchema: z.array(z.object({ AttributeName: z.string(), KeyType: z.string() })),
    AttributeDefinitions: z.array(z.object({ AttributeName: z.string(), AttributeType: z.string() })),
  }),
});
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
   * without its items, and one that is no longer declared goes, as in a deployment.
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
      if (existing.includes(table.name) && (await this.#isAsDeclared(table))) continue;
      await this.#mustSucceed("CreateTable", { TableName: table.name, BillingMode: "PAY_PER_REQUEST", ...keysOf(table) });
      await this.#reaches(table.name, "ACTIVE");
    }
  }

  /** A table that is there but not as declared is deleted. */
  async #isAsDeclared(table: TableDeclaration): Promise<boolean> {
    const actual = await this.#describe(table.name);
    const keys = keysOf(table);
    const isSame =
      isDeepStrictEqual(actual?.KeySchema, keys.KeySchema) && isDeepStrictEqual(actual?.AttributeDefinitions, keys.AttributeDefinitions);
    if (isSame && actual?.TableStatus === "ACTIVE") return true;
    await this.#delete(table.name);
    return false;
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

/** Only attributes of the key are defined: tables have no secondary indexes here. */
function keysOf(table: TableDeclaration) {
  const keys = [{ AttributeName: table.hashKey, KeyType: "HASH" }];
  if (table.rangeKey !== undefined) keys.push({ AttributeName: table.rangeKey, KeyType: "RANGE" });
  const types = new Map(table.attributes.map(({ name, type }) => [name, type]));
  return {
    KeySchema: keys,
    AttributeDefinitions: keys.map(({ AttributeName }) => ({ AttributeName, AttributeType: types.get(AttributeName) ?? "S" })),
  };
}
