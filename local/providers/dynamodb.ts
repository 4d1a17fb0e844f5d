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

const table = z.object({
  name: z.string(),
  arn: z.string(),
  hashKey: z.string(),
  rangeKey: z.string().optional(),
  attributes: z.array(z.object({ name: z.string(), type: z.enum(["S", "N", "B"]) })),
});

export function declareTables(resources: readonly RegisteredResource[]): TableDeclaration[] {
  return declared(resources, TABLE, table);
}
