import * as z from "zod";
import type { RuleDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared, jsonText } from "./declared.ts";
import { physicalName, type Providers } from "./provider.ts";

const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
/** EventBridge's defaults: 24 hours and 185 attempts. */
const DEFAULT_RETRY_POLICY = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

export const eventbridgeProviders: Providers = {
  [RULE]: (resource, context) => {
    const name = physicalName(resource, context);
    return { id: name, outputs: { id: name, name, arn: arn(context.identity, "events", `rule/${name}`) } };
  },
  [TARGET]: (resource) => {
    const targetId = typeof resource.inputs.targetId === "string" ? resource.inputs.targetId : resource.name;
    return { id: `${String(resource.inputs.rule)}-${targetId}`, outputs: { targetId } };
  },
};

const rule = z.object({
  name: z.string(),
  arn: z.string(),
  // The third state, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, is listed as not simulated.
  state: z.string().default("ENABLED").transform((state): "ENABLED" | "DISABLED" => (state === "DISABLED" ? "DISABLED" : "ENABLED")),
  eventPattern: jsonText(z.record(z.string(), z.unknown())),
});

const target = z.object({
  rule: z.string(),
  targetId: z.string(),
  arn: z.string(),
  deadLetterConfig: z.object({ arn: z.string() }).optional(),
  retryPolicy: z
    .object({
      maximumEventAgeInSeconds: z.number().default(DEFAULT_RETRY_POLICY.maximumEventAgeInSeconds),
      maximumRetryAttempts: z.number().default(DEFAULT_RETRY_POLICY.maximumRetryAttempts),
    })
    .default(DEFAULT_RETRY_POLICY),
});

export function declareRules(resources: readonly RegisteredResource[]): RuleDeclaration[] {
  const targets = declared(resources, TARGET, target);
  return declared(resources, RULE, rule).map((declaration) => ({
    ...declaration,
    targets: targets
      .filter((each) => each.rule === declaration.name)
      .map(({ targetId, arn: targetArn, deadLetterConfig, retryPolicy }) => ({
        id: targetId,
        arn: targetArn,
        deadLetterQueueArn: deadLetterConfig?.arn,
        retryPolicy,
      })),
  }));
}
