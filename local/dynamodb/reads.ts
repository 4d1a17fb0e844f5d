import * as z from "zod";
import type { TableDeclaration } from "../declarations.ts";
import { invalid, itemBytes, readItem, type Item } from "./attribute-value.ts";
import { parseCondition } from "./expressions/condition.ts";
import { parseKeyCondition } from "./expressions/key-condition.ts";
import { project, requireApart, valueAt, type Path } from "./expressions/path.ts";
import { Placeholders, Tokens } from "./expressions/tokens.ts";
import { expressionAttributes, readKey, tableName } from "./input.ts";
import { indexesOf, keyNames, type IndexDeclaration, type Reading, type Tables } from "./tables.ts";

const PAGE_BYTES = 1024 * 1024;

const projected = { ProjectionExpression: z.string().optional(), ConsistentRead: z.boolean().default(false), ...expressionAttributes };
export const getInput = z.looseObject({ TableName: tableName, Key: z.unknown(), ...projected });
const pageInput = z.looseObject({
  TableName: tableName,
  IndexName: z.string().optional(),
  FilterExpression: z.string().optional(),
  Select: z.enum(["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"]).optional(),
  Limit: z.int().min(1).optional(),
  ExclusiveStartKey: z.unknown().optional(),
  ...projected,
});
export const scanInput = pageInput.extend({ Segment: z.int().min(0).default(0), TotalSegments: z.int().min(1).default(1) });
export const queryInput = pageInput.extend({ KeyConditionExpression: z.string(), ScanIndexForward: z.boolean().default(true) });

export function getItem(tables: Tables, input: z.output<typeof getInput>): object {
  const table = tables.find(input.TableName);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, undefined);
  const paths = parseProjection(input.ProjectionExpression, placeholders);
  placeholders.requireUsed();
  const item = tables.get(table, readKey(table, input.Key));
  if (item === undefined) return {};
  return { Item: paths === undefined ? item : project(item, paths) };
}

export function scan(tables: Tables, input: z.output<typeof scanInput>): object {
  const { Segment, TotalSegments } = input;
  if (Segment >= TotalSegments) throw invalid(`The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${Segment} is not less than TotalSegments: ${TotalSegments}`);
  // All of a table fits one segment: the others are empty.
  if (Segment > 0) return { Items: [], Count: 0, ScannedCount: 0 };
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  return page(tables, input, placeholders, {});
}

export function query(tables: Tables, input: z.output<typeof queryInput>): object {
  const table = tables.find(input.TableName);
  const placeholders = new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
  const key = indexOf(table, input.IndexName) ?? table;
  const { hash, inRange } = parseKeyCondition(new Tokens("KeyConditionExpression", input.KeyConditionExpression, placeholders), key);
  const range = key.rangeKey;
  return page(tables, input, placeholders, { hash, backward: !input.ScanIndexForward }, (item) => range === undefined || inRange(valueAt(item, [range])));
}

function page(tables: Tables, input: z.output<typeof pageInput>, placeholders: Placeholders, reading: Reading, inRange?: (item: Item) => boolean): object {
  const table = tables.find(input.TableName);
  const index = indexOf(table, input.IndexName);
  if (index !== undefined && input.ConsistentRead) throw invalid("Consistent reads are not supported on global secondary indexes");
  const filter = input.FilterExpression === undefined ? undefined : parseCondition(new Tokens("FilterExpression", input.FilterExpression, placeholders));
  const paths = parseProjection(input.ProjectionExpression, placeholders);
  placeholders.requireUsed();
  const places = keyNames(index, table);
  const after = startOf(input.ExclusiveStartKey, places);
  const Items: Item[] = [];
  let scanned = 0;
  let bytes = 0;
  let last: Item | undefined;
  for (const item of tables.read(table, { ...reading, ...(index && { index }), ...(after && { after }) })) {
    if (inRange?.(item) === false) continue;
    scanned++;
    bytes += itemBytes(item);
    if (filter?.(item) !== false) Items.push(item);
    if (scanned === input.Limit || bytes >= PAGE_BYTES) {
      last = item;
      break;
    }
  }
  const visible = Items.map((item) => show(item, table, index, paths));
  return {
    ...(input.Select !== "COUNT" && { Items: visible }),
    Count: Items.length,
    ScannedCount: scanned,
    ...(last && { LastEvaluatedKey: pickNames(last, places) }),
  };
}

export function parseProjection(text: string | undefined, placeholders: Placeholders): readonly Path[] | undefined {
  if (text === undefined) return undefined;
  const tokens = new Tokens("ProjectionExpression", text, placeholders);
  const paths = tokens.list(() => tokens.path());
  tokens.end();
  requireApart(paths, "ProjectionExpression");
  return paths;
}

function indexOf(table: TableDeclaration, name: string | undefined): IndexDeclaration | undefined {
  if (name === undefined) return undefined;
  const index = indexesOf(table).find((candidate) => candidate.name === name);
  if (index === undefined) throw invalid(`The table does not have the specified index: ${name}`);
  return index;
}

function startOf(value: unknown, places: readonly string[]): Item | undefined {
  if (value === undefined) return undefined;
  const key = readItem(value);
  if (Object.keys(key).length !== places.length || !places.every((name) => Object.hasOwn(key, name))) throw invalid("The provided starting key is invalid");
  return key;
}

function show(item: Item, table: TableDeclaration, index: IndexDeclaration | undefined, paths: readonly Path[] | undefined): Item {
  const all = index === undefined || index.projectionType === "ALL" ? item : pickNames(item, [...keyNames(index, table), ...(index.nonKeyAttributes ?? [])]);
  return paths === undefined ? all : project(all, paths);
}

function pickNames(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}
