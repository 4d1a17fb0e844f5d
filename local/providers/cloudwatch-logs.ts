import * as z from "zod";
import type { LogGroupDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared } from "./declared.ts";
import { physicalName, type Providers } from "./provider.ts";

const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";

export const cloudwatchLogsProviders: Providers = {
  [LOG_GROUP]: (resource, context) => {
    const name = physicalName(resource, context);
    return { id: name, outputs: { name, arn: arn(context.identity, "logs", `log-group:${name}`) } };
  },
};

const logGroup = z.object({ name: z.string(), arn: z.string(), retentionInDays: z.number().default(0) });

export function declareLogGroups(resources: readonly RegisteredResource[]): LogGroupDeclaration[] {
  return declared(resources, LOG_GROUP, logGroup);
}
