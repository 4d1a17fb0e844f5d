import * as z from "zod";
import { tableName } from "./input.ts";
import { indexesOf, keyNames, type KeyNames, type Tables } from "./tables.ts";

const LARGEST_PAGE = 100;

export const tableInput = z.looseObject({ TableName: tableName });
export const listTablesInput = z.looseObject({
  ExclusiveStartTableName: z.string().min(3).max(255).regex(/^[\w.-]+$/).optional(),
  Limit: z.int().min(1).max(LARGEST_PAGE).default(LARGEST_PAGE),
});

export function listTables(tables: Tables, { ExclusiveStartTableName: after, Limit }: z.output<typeof listTablesInput>): object {
  const names = tables.names().filter((name) => after === undefined || name > after);
  const TableNames = names.slice(0, Limit);
  return { TableNames, ...(names.length > Limit && { LastEvaluatedTableName: TableNames.at(-1) }) };
}

export function describeTable(tables: Tables, { TableName }: z.output<typeof tableInput>): object {
  const table = tables.find(TableName);
  const items = [...tables.read(table, {})];
  const indexes = indexesOf(table).map((index) => ({
    IndexName: index.name,
    IndexArn: `${table.arn}/index/${index.name}`,
    IndexStatus: "ACTIVE",
    KeySchema: keySchema(index),
    Projection: { ProjectionType: index.projectionType, ...(index.nonKeyAttributes && { NonKeyAttributes: index.nonKeyAttributes }) },
  }));
  return {
    Table: {
      TableName: table.name,
      TableArn: table.arn,
      TableStatus: "ACTIVE",
      CreationDateTime: table.createdAt / 1000,
      KeySchema: keySchema(table),
      AttributeDefinitions: keyNames(table, ...indexesOf(table)).map((name) => ({
        AttributeName: name,
        AttributeType: table.attributes.find((attribute) => attribute.name === name)?.type ?? "S",
      })),
      BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
      ItemCount: items.length,
      ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    },
  };
}

/** Items are not removed when their time to live is over; on AWS that may take days. */
export function describeTimeToLive(tables: Tables, { TableName }: z.output<typeof tableInput>): object {
  tables.find(TableName);
  return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
}

function keySchema({ hashKey, rangeKey }: KeyNames): object[] {
  return [{ AttributeName: hashKey, KeyType: "HASH" }, ...(rangeKey === undefined ? [] : [{ AttributeName: rangeKey, KeyType: "RANGE" }])];
}
