import * as z from "zod";
import type { TableDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared } from "./declared.ts";
import { physicalName, type Providers } from "./provider.ts";

const TABLE = "aws:dynamodb/table:Table";

export const dynamodbProviders: Providers = {
  [TABLE]: (resource, context) => {
    const name = physicalName(resource, context);
    return { id: name, outputs: { name, arn: arn(context.identity, "dynamodb", `table/${name}`) } };
  },
};

/** Both of the provider's notations: `keySchemas`, and the older `hashKey` and `rangeKey`. */
const index = z
  .object({
    name: z.string(),
    hashKey: z.string().optional(),
    rangeKey: z.string().optional(),
    keySchemas: z.array(z.object({ attributeName: z.string(), keyType: z.enum(["HASH", "RANGE"]) })).default([]),
    projectionType: z.string(),
    nonKeyAttributes: z.array(z.string()).optional(),
  })
  .transform(({ keySchemas, hashKey, rangeKey, ...rest }) => {
    const key = (type: "HASH" | "RANGE") => keySchemas.find(({ keyType }) => keyType === type)?.attributeName;
    return { ...rest, hashKey: hashKey ?? key("HASH") ?? "", rangeKey: rangeKey ?? key("RANGE") };
  });

const table = z.object({
  name: z.string(),
  arn: z.string(),
  hashKey: z.string(),
  rangeKey: z.string().optional(),
  attributes: z.array(z.object({ name: z.string(), type: z.enum(["S", "N", "B"]) })),
  globalSecondaryIndexes: z.array(index).optional(),
});

export function declareTables(resources: readonly RegisteredResource[]): TableDeclaration[] {
  return declared(resources, TABLE, table);
}
