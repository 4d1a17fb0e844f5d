import * as z from "zod";
import { parseInput } from "../gateway/input.ts";
import { invalid } from "./attribute-value.ts";
import { tableName } from "./input.ts";
import { getInput, getItem } from "./reads.ts";
import { keyNames, type Tables } from "./tables.ts";
import { deleteInput, deleteItem, putInput, putItem } from "./writes.ts";

const MOST_GETS = 100;
const MOST_WRITES = 25;

export const batchGetInput = z.looseObject({ RequestItems: z.record(tableName, z.looseObject({ Keys: z.array(z.unknown()) })) });
const write = z.object({ PutRequest: z.object({ Item: z.record(z.string(), z.unknown()) }).optional(), DeleteRequest: z.object({ Key: z.record(z.string(), z.unknown()) }).optional() });
export const batchWriteInput = z.looseObject({ RequestItems: z.record(tableName, z.array(write)) });

export function batchGetItem(tables: Tables, { RequestItems }: z.output<typeof batchGetInput>): object {
  requireCount(Object.values(RequestItems).map(({ Keys }) => Keys.length), MOST_GETS);
  const found = Object.entries(RequestItems).map(([TableName, { Keys, ...options }]) => {
    requireDistinct(Keys);
    const items = Keys.map((Key) => getItem(tables, parseInput(getInput, { ...options, TableName, Key })) as { Item?: object });
    return [TableName, items.flatMap(({ Item }) => Item ?? [])] as const;
  });
  return { Responses: Object.fromEntries(found), UnprocessedKeys: {} };
}

export function batchWriteItem(tables: Tables, { RequestItems }: z.output<typeof batchWriteInput>): object {
  requireCount(Object.values(RequestItems).map(({ length }) => length), MOST_WRITES);
  for (const [TableName, writes] of Object.entries(RequestItems)) {
    const names = keyNames(tables.find(TableName));
    requireDistinct(writes.map(({ PutRequest, DeleteRequest }) => names.map((name) => (DeleteRequest?.Key ?? PutRequest?.Item)?.[name])));
    for (const { PutRequest, DeleteRequest } of writes) {
      if ((PutRequest === undefined) === (DeleteRequest === undefined)) throw invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
      if (PutRequest !== undefined) putItem(tables, parseInput(putInput, { TableName, ...PutRequest }));
      else deleteItem(tables, parseInput(deleteInput, { TableName, ...DeleteRequest }));
    }
  }
  return { UnprocessedItems: {} };
}

function requireCount(counts: readonly number[], most: number): void {
  const count = counts.reduce((sum, each) => sum + each, 0);
  if (count === 0 || counts.includes(0) || count > most) throw invalid(`A batch has 1 to ${most} items, not ${count}.`);
}

function requireDistinct(keys: readonly unknown[]): void {
  if (new Set(keys.map((key) => JSON.stringify(key))).size < keys.length) throw invalid("Provided list of item keys contains duplicates");
}
