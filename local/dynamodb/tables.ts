import { isDeepStrictEqual } from "node:util";
import type { StackDeclaration, TableDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { invalid, typeOf, type AttributeValue, type Item } from "./attribute-value.ts";
import { sortableNumber } from "./decimal.ts";

export const schema = `
  CREATE TABLE IF NOT EXISTS dynamodb_tables (name TEXT PRIMARY KEY, declaration TEXT NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS dynamodb_items (
    table_name TEXT NOT NULL REFERENCES dynamodb_tables ON DELETE CASCADE, hash BLOB NOT NULL, range BLOB NOT NULL, item TEXT NOT NULL,
    PRIMARY KEY (table_name, hash, range)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS dynamodb_index_entries (
    table_name TEXT NOT NULL REFERENCES dynamodb_tables ON DELETE CASCADE, index_name TEXT NOT NULL, hash BLOB NOT NULL, range BLOB NOT NULL,
    item_hash BLOB NOT NULL, item_range BLOB NOT NULL,
    PRIMARY KEY (table_name, index_name, hash, range, item_hash, item_range)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS dynamodb_index_entries_by_item ON dynamodb_index_entries (table_name, item_hash, item_range);
`;

/** What a table or an index is sorted by. */
export interface KeyNames {
  readonly hashKey: string;
  readonly rangeKey?: string;
}
export type IndexDeclaration = NonNullable<TableDeclaration["globalSecondaryIndexes"]>[number];

interface KeyBytes {
  readonly hash: Uint8Array;
  readonly range: Uint8Array;
}
/** Where to read, and from where on. */
export interface Reading {
  readonly index?: IndexDeclaration;
  readonly hash?: AttributeValue;
  /** An item that has been read already, or at least its keys. */
  readonly after?: Item;
  readonly backward?: boolean;
}

const CHUNK = 200;
const NO_RANGE = new Uint8Array();

/** The items of the declared tables, in the store: a write is committed with whatever else its turn writes. */
export class Tables {
  readonly #store: Store;
  readonly #tables = new Map<string, TableDeclaration & { createdAt: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** A table whose key has changed begins empty, and one that is no longer declared goes, as in a deployment. New indexes are filled. */
  apply({ tables }: Pick<StackDeclaration, "tables">, now: number): void {
    this.#store.write((store) => {
      this.#tables.clear();
      const rows = store.prepare("SELECT name, declaration, created_at AS createdAt FROM dynamodb_tables").all();
      const before = new Map(rows.map((row) => [String(row.name), { declaration: readDeclaration(String(row.declaration)), createdAt: Number(row.createdAt) }]));
      for (const [name, { declaration }] of before) {
        const table = tables.find((each) => each.name === name);
        // The items of a table whose row is damaged are kept: most likely its key is what it was.
        if (table === undefined || (declaration !== undefined && !isDeepStrictEqual(keyOf(table), keyOf(declaration)))) {
          store.run("DELETE FROM dynamodb_tables WHERE name = ?", name);
          before.delete(name);
        }
      }
      for (const table of tables) {
        const known = before.get(table.name);
        const createdAt = known?.createdAt ?? now;
        store.run("INSERT INTO dynamodb_tables VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET declaration = excluded.declaration", table.name, JSON.stringify(table), createdAt);
        this.#tables.set(table.name, { ...table, createdAt });
        if (known !== undefined && !isDeepStrictEqual(known.declaration && indexesOf(known.declaration), indexesOf(table))) this.#fillIndexes(table);
      }
    });
  }

  names(): string[] {
    return [...this.#tables.keys()].sort();
  }

  /** @throws AwsError ResourceNotFoundException */
  find(name: string): TableDeclaration & { readonly createdAt: number } {
    const table = this.#tables.get(name);
    if (table === undefined) throw new AwsError("ResourceNotFoundException", "Requested resource not found");
    return table;
  }

  get(table: TableDeclaration, key: Item): Item | undefined {
    const { hash, range } = keyBytes(table, table, key);
    const row = this.#store.prepare("SELECT item FROM dynamodb_items WHERE table_name = ? AND hash = ? AND range = ?").get(table.name, hash, range);
    return row && (JSON.parse(String(row.item)) as Item);
  }

  put(table: TableDeclaration, item: Item): void {
    const key = keyBytes(table, table, item);
    this.#store.write((store) => {
      store.run("INSERT OR REPLACE INTO dynamodb_items VALUES (?, ?, ?, ?)", table.name, key.hash, key.range, JSON.stringify(item));
      this.#index(table, item, key);
    });
  }

  delete(table: TableDeclaration, key: Item): void {
    const { hash, range } = keyBytes(table, table, key);
    this.#store.write((store) => {
      store.run("DELETE FROM dynamodb_items WHERE table_name = ? AND hash = ? AND range = ?", table.name, hash, range);
      store.run("DELETE FROM dynamodb_index_entries WHERE table_name = ? AND item_hash = ? AND item_range = ?", table.name, hash, range);
    });
  }

  /** Items in the order of their keys. The tables must not be written while they are read. */
  *read(table: TableDeclaration, { index, hash, after, backward = false }: Reading): Generator<Item> {
    const [compare, order] = backward ? ["<", "DESC"] : [">", "ASC"];
    const columns = index === undefined ? ["e.hash", "e.range"] : ["e.hash", "e.range", "e.item_hash", "e.item_range"];
    const source = index === undefined ? "dynamodb_items e" : "dynamodb_index_entries e JOIN dynamodb_items i ON i.table_name = e.table_name AND i.hash = e.item_hash AND i.range = e.item_range";
    const conditions = ["e.table_name = ?", ...(index === undefined ? [] : ["e.index_name = ?"]), ...(hash === undefined ? [] : ["e.hash = ?"])];
    const fixed = [table.name, ...(index === undefined ? [] : [index.name]), ...(hash === undefined ? [] : [bytesOf(hash)])];
    for (let last = after; ; ) {
      const position = last === undefined ? [] : positionOf(table, index, last);
      const where = [...conditions, ...(last === undefined ? [] : [`(${columns.join(", ")}) ${compare} (${columns.map(() => "?").join(", ")})`])];
      const sql = `SELECT item FROM ${source} WHERE ${where.join(" AND ")} ORDER BY ${columns.map((column) => `${column} ${order}`).join(", ")} LIMIT ${CHUNK}`;
      const items = this.#store.prepare(sql).all(...fixed, ...position).map(({ item }) => JSON.parse(String(item)) as Item);
      yield* items;
      if (items.length < CHUNK) return;
      last = items.at(-1);
    }
  }

  #fillIndexes(table: TableDeclaration): void {
    this.#store.run("DELETE FROM dynamodb_index_entries WHERE table_name = ?", table.name);
    for (const item of this.read(table, {})) this.#index(table, item, keyBytes(table, table, item));
  }

  /** An index has the items that have its key, and no others. */
  #index(table: TableDeclaration, item: Item, { hash, range }: KeyBytes): void {
    this.#store.run("DELETE FROM dynamodb_index_entries WHERE table_name = ? AND item_hash = ? AND item_range = ?", table.name, hash, range);
    for (const index of indexesOf(table)) {
      if ([index.hashKey, index.rangeKey].some((name) => name !== undefined && item[name] === undefined)) continue;
      const key = keyBytes(table, index, item);
      this.#store.run("INSERT INTO dynamodb_index_entries VALUES (?, ?, ?, ?, ?, ?)", table.name, index.name, key.hash, key.range, hash, range);
    }
  }
}

/** @returns undefined for a row that is damaged */
function readDeclaration(text: string): TableDeclaration | undefined {
  try {
    return JSON.parse(text) as TableDeclaration;
  } catch {
    return undefined;
  }
}

export function indexesOf(table: TableDeclaration): readonly IndexDeclaration[] {
  return table.globalSecondaryIndexes ?? [];
}

/** The attributes that tell an item's place in a table, or in an index and its table. */
export function keyNames(...keys: (KeyNames | undefined)[]): string[] {
  return [...new Set(keys.flatMap((key) => [key?.hashKey, key?.rangeKey]))].filter((name) => name !== undefined);
}

function keyOf({ hashKey, rangeKey, attributes }: TableDeclaration) {
  return [hashKey, rangeKey].map((name) => attributes.find((attribute) => attribute.name === name));
}

function positionOf(table: TableDeclaration, index: IndexDeclaration | undefined, item: Item): Uint8Array[] {
  const own = keyBytes(table, table, item);
  if (index === undefined) return [own.hash, own.range];
  const { hash, range } = keyBytes(table, index, item);
  return [hash, range, own.hash, own.range];
}

/** @throws AwsError ValidationException for a key that is missing, of another type or empty */
function keyBytes(table: TableDeclaration, { hashKey, rangeKey }: KeyNames, item: Item): KeyBytes {
  const part = (name: string) => {
    const value = item[name];
    const expected = table.attributes.find((attribute) => attribute.name === name)?.type ?? "S";
    if (value === undefined) throw invalid(`One or more parameter values were invalid: Missing the key ${name} in the item`);
    if (typeOf(value) !== expected) throw invalid(`One or more parameter values were invalid: Type mismatch for key ${name} expected: ${expected} actual: ${typeOf(value)}`);
    if (value.S === "" || value.B === "") throw invalid(`One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`);
    return bytesOf(value);
  };
  return { hash: part(hashKey), range: rangeKey === undefined ? NO_RANGE : part(rangeKey) };
}

function bytesOf(value: AttributeValue): Uint8Array {
  if (typeof value.N === "string") return sortableNumber(value.N);
  return typeof value.B === "string" ? Buffer.from(value.B, "base64") : Buffer.from(String(value.S));
}
