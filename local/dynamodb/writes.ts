import * as z from "zod";
import type { TableDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import { areEqual, invalid, itemBytes, readItem, type Item } from "./attribute-value.ts";
import { parseCondition } from "./expressions/condition.ts";
import { project } from "./expressions/path.ts";
import { Placeholders, Tokens } from "./expressions/tokens.ts";
import { parseUpdate } from "./expressions/update.ts";
import { expressionAttributes, readKey, tableName } from "./input.ts";
import { keyNames, type Tables } from "./tables.ts";

const LARGEST_ITEM_BYTES = 400 * 1024;

const conditional = z.looseObject({
  TableName: tableName,
  ConditionExpression: z.string().optional(),
  ...expressionAttributes,
  ReturnValuesOnConditionCheckFailure: z.enum(["ALL_OLD", "NONE"]).default("NONE"),
});
const oldValues = z.enum(["NONE", "ALL_OLD"]).default("NONE");
export const putInput = conditional.extend({ Item: z.unknown(), ReturnValues: oldValues });
export const deleteInput = conditional.extend({ Key: z.unknown(), ReturnValues: oldValues });
export const updateInput = conditional.extend({
  Key: z.unknown(),
  UpdateExpression: z.string().optional(),
  ReturnValues: z.enum(["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]).default("NONE"),
});
type Conditional = z.output<typeof conditional>;

export function putItem(tables: Tables, input: z.output<typeof putInput>): object {
  const table = tables.find(input.TableName);
  const item = readItem(input.Item);
  const old = tables.get(table, item);
  requireSize(item, "Item size has exceeded the maximum allowed size");
  check(input, old, placeholdersOf(input));
  tables.put(table, item);
  return input.ReturnValues === "ALL_OLD" ? attributes(old) : {};
}

export function deleteItem(tables: Tables, input: z.output<typeof deleteInput>): object {
  const table = tables.find(input.TableName);
  const key = readKey(table, input.Key);
  const old = tables.get(table, key);
  check(input, old, placeholdersOf(input));
  tables.delete(table, key);
  return input.ReturnValues === "ALL_OLD" ? attributes(old) : {};
}

export function updateItem(tables: Tables, input: z.output<typeof updateInput>): object {
  const table = tables.find(input.TableName);
  const key = readKey(table, input.Key);
  const old = tables.get(table, key);
  const placeholders = placeholdersOf(input);
  const update = input.UpdateExpression === undefined ? undefined : parseUpdate(new Tokens("UpdateExpression", input.UpdateExpression, placeholders));
  check(input, old, placeholders);
  const item = update?.apply(old ?? key) ?? old ?? key;
  requireSameKey(table, key, item);
  requireSize(item, "Item size to update has exceeded the maximum allowed size");
  tables.put(table, item);
  const paths = update?.paths ?? [];
  switch (input.ReturnValues) {
    case "NONE":
      return {};
    case "ALL_OLD":
      return attributes(old);
    case "ALL_NEW":
      return attributes(item);
    case "UPDATED_OLD":
      return attributes(old && project(old, paths));
    case "UPDATED_NEW":
      return attributes(project(item, paths));
  }
}

function placeholdersOf(input: Conditional): Placeholders {
  return new Placeholders(input.ExpressionAttributeNames, input.ExpressionAttributeValues);
}

/** @throws AwsError ConditionalCheckFailedException, with the item where the caller asked for it */
function check(input: Conditional, old: Item | undefined, placeholders: Placeholders): void {
  const { ConditionExpression: text, ReturnValuesOnConditionCheckFailure: shown } = input;
  const holds = text === undefined ? undefined : parseCondition(new Tokens("ConditionExpression", text, placeholders));
  placeholders.requireUsed();
  if (holds === undefined || holds(old ?? {})) return;
  const members = shown === "ALL_OLD" && old !== undefined ? { Item: old } : {};
  throw new AwsError("ConditionalCheckFailedException", "The conditional request failed", 400, members);
}

function requireSameKey(table: TableDeclaration, key: Item, item: Item): void {
  const changed = keyNames(table).find((name) => !areEqual(key[name], item[name]));
  if (changed !== undefined) throw invalid(`One or more parameter values were invalid: Cannot update attribute ${changed}. This attribute is part of the key`);
}

function requireSize(item: Item, message: string): void {
  if (itemBytes(item) > LARGEST_ITEM_BYTES) throw invalid(message);
}

function attributes(item: Item | undefined): object {
  return item === undefined || Object.keys(item).length === 0 ? {} : { Attributes: item };
}
