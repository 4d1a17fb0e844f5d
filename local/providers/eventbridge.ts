import * as z from "zod";
import type { RuleDeclaration } from "../declarations.ts";
import { busName } from "../events/envelope.ts";
import { arn } from "../identity.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared, jsonText } from "./declared.ts";
import { isSimulatedTarget } from "./properties/eventbridge.ts";
import { physicalName, type Providers } from "./provider.ts";

const BUS = "aws:cloudwatch/eventBus:EventBus";
const RULE = "aws:cloudwatch/eventRule:EventRule";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
/** EventBridge's defaults: 24 hours and 185 attempts. */
const DEFAULT_RETRY_POLICY = { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 };

export const eventbridgeProviders: Providers = {
  [BUS]: (resource, context) => {
    const name = physicalName(resource, context);
    return { id: name, outputs: { name, arn: arn(context.identity, "events", `event-bus/${name}`) } };
  },
  [RULE]: (resource, context) => {
    const name = physicalName(resource, context);
    const bus = busOf(resource.inputs["eventBusName"]);
    const path = bus === "default" ? name : `${bus}/${name}`;
    return { id: path, outputs: { id: path, name, arn: arn(context.identity, "events", `rule/${path}`) } };
  },
  [TARGET]: (resource) => {
    const targetId = typeof resource.inputs.targetId === "string" ? resource.inputs.targetId : resource.name;
    return { id: `${String(resource.inputs.rule)}-${targetId}`, outputs: { targetId } };
  },
};

const busOf = (nameOrArn: unknown) => busName(typeof nameOrArn === "string" ? nameOrArn : undefined);

const rule = z
  .object({
    name: z.string(),
    arn: z.string(),
    eventBusName: z.string().optional(),
    // The third state, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, is listed as not simulated.
    state: z.string().optional(),
    isEnabled: z.boolean().default(true),
    eventPattern: jsonText(z.record(z.string(), z.unknown())).optional(),
    scheduleExpression: z.string().optional(),
  })
  .transform(({ eventBusName, state, isEnabled, ...rest }) => {
    const enabled = state === undefined ? isEnabled : state !== "DISABLED";
    return { ...rest, busName: busOf(eventBusName), state: enabled ? ("ENABLED" as const) : ("DISABLED" as const) };
  });

const target = z.object({
  rule: z.string(),
  eventBusName: z.string().optional(),
  targetId: z.string(),
  arn: z.string(),
  input: z.string().optional(),
  deadLetterConfig: z.object({ arn: z.string() }).optional(),
  retryPolicy: z
    .object({
      maximumEventAgeInSeconds: z.number().default(DEFAULT_RETRY_POLICY.maximumEventAgeInSeconds),
      maximumRetryAttempts: z.number().default(DEFAULT_RETRY_POLICY.maximumRetryAttempts),
    })
    .default(DEFAULT_RETRY_POLICY),
});

/** Targets of services that are not simulated are left out: the start lists them. */
export function declareRules(resources: readonly RegisteredResource[]): RuleDeclaration[] {
  const targets = declared(resources, TARGET, target).filter((each) => isSimulatedTarget(each.arn));
  return declared(resources, RULE, rule).map((declaration) => ({
    ...declaration,
    targets: targets
      .filter((each) => each.rule === declaration.name && busOf(each.eventBusName) === declaration.busName)
      .map(({ targetId, arn: targetArn, input, deadLetterConfig, retryPolicy }) => ({
        id: targetId,
        arn: targetArn,
        input,
        deadLetterQueueArn: deadLetterConfig?.arn,
        retryPolicy,
      })),
  }));
}
