import * as z from "zod";
import type { TableDeclaration } from "../declarations.ts";
import { emptyValue, invalid, readItem, type Item } from "./attribute-value.ts";
import { keyNames } from "./tables.ts";

/** A name, or an ARN in its place. */
export const tableName = z.string().transform((nameOrArn) => nameOrArn.slice(nameOrArn.indexOf("/") + 1));

export const expressionAttributes = {
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: z.record(z.string(), z.unknown()).optional(),
};

/** @throws AwsError ValidationException unless the key has the table's key attributes and no others */
export function readKey(table: TableDeclaration, value: unknown): Item {
  if (value === null) throw emptyValue();
  const key = readItem(value ?? {});
  const names = keyNames(table);
  if (Object.keys(key).length !== names.length || !names.every((name) => Object.hasOwn(key, name))) {
    throw invalid("The provided key element does not match the schema");
  }
  return key;
}
