import * as z from "zod";
import type { ClusterDeclaration, TaskDefinitionDeclaration } from "../declarations.ts";
import { arn } from "../identity.ts";
import { revisionPlaceholder } from "../program/placeholders.ts";
import type { RegisteredResource } from "../program/resource.ts";
import { declared, jsonText } from "./declared.ts";
import { physicalName, sha256, type Providers } from "./provider.ts";
import { nextRevision, type Publisher, type Publishers } from "./publisher.ts";

const CLUSTER = "aws:ecs/cluster:Cluster";
const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
/** Fargate's default when a container sets none. */
const DEFAULT_STOP_TIMEOUT_SECONDS = 30;
/** Docker label of a container: a JSON array, the command that stands in for its image on a machine that runs no containers. */
const LOCAL_COMMAND = "local.command";

export const ecsProviders: Providers = {
  [CLUSTER]: (resource, context) => {
    const name = physicalName(resource, context);
    const clusterArn = arn(context.identity, "ecs", `cluster/${name}`);
    return { id: clusterArn, outputs: { id: clusterArn, name, arn: clusterArn } };
  },
  "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": (resource) => ({ id: String(resource.inputs.clusterName), outputs: {} }),
  [TASK_DEFINITION]: (resource, context) => {
    const family = String(resource.inputs.family);
    const revision = revisionPlaceholder(revisionKey(family));
    const arnWithoutRevision = arn(context.identity, "ecs", `task-definition/${family}`);
    return {
      id: family,
      outputs: {
        family,
        revision,
        arnWithoutRevision,
        arn: `${arnWithoutRevision}:${revision}`,
        tagsAll: { ...context.defaultTags, ...(resource.inputs.tags as Record<string, string> | undefined) },
      },
    };
  },
};

const revisionKey = (family: string) => `task-definition/${family}`;

/** A task definition's revision. */
const publishTaskDefinition: Publisher = ({ inputs, outputs }, revisions) => {
  const configurationHash = sha256(JSON.stringify(inputs));
  const key = revisionKey(String(outputs.family));
  const revision = nextRevision(key, configurationHash, revisions);
  return { revision, values: { [revisionPlaceholder(key)]: String(revision.current.revision) }, outputs: { configurationHash } };
};
export const ecsPublishers: Publishers = { [TASK_DEFINITION]: publishTaskDefinition };

const nameValuePairs = z
  .array(z.object({ name: z.string(), value: z.string() }))
  .default([])
  .transform((pairs) => Object.fromEntries(pairs.map(({ name, value }) => [name, value])));

const container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  entryPoint: z.array(z.string()).optional(),
  environment: nameValuePairs,
  secrets: z
    .array(z.object({ name: z.string(), valueFrom: z.string() }))
    .default([])
    .transform((secrets) => Object.fromEntries(secrets.map(({ name, valueFrom }) => [name, valueFrom]))),
  dockerLabels: z.object({ [LOCAL_COMMAND]: jsonText(z.array(z.string()).min(1)).optional() }).default({}),
  essential: z.boolean().default(true),
  stopTimeout: z.number().default(DEFAULT_STOP_TIMEOUT_SECONDS),
  logConfiguration: z.object({ options: z.record(z.string(), z.string()).default({}) }).optional(),
});

const taskDefinition = z.object({
  arn: z.string(),
  family: z.string(),
  revision: z.number(),
  configurationHash: z.string(),
  cpu: z.coerce.string(),
  memory: z.coerce.string(),
  taskRoleArn: z.string().optional(),
  executionRoleArn: z.string(),
  containerDefinitions: jsonText(z.array(container)),
  tagsAll: z.record(z.string(), z.string()),
});

export function declareClusters(resources: readonly RegisteredResource[]): ClusterDeclaration[] {
  return declared(resources, CLUSTER, z.object({ arn: z.string(), name: z.string() }));
}

/** Task definitions for EC2 instances: without the size and the execution role that Fargate requires. */
export function withoutFargateSettings(resources: readonly RegisteredResource[]): RegisteredResource[] {
  const required = ["cpu", "memory", "executionRoleArn"];
  return resources.filter(({ type, inputs }) => type === TASK_DEFINITION && required.some((name) => inputs[name] === undefined));
}

export function declareTaskDefinitions(resources: readonly RegisteredResource[]): (TaskDefinitionDeclaration & { configurationHash: string })[] {
  const absent = new Set(withoutFargateSettings(resources));
  return declared(resources.filter((resource) => !absent.has(resource)), TASK_DEFINITION, taskDefinition).map(({ containerDefinitions, tagsAll, ...definition }) => ({
    ...definition,
    tags: tagsAll,
    containers: containerDefinitions.map(({ stopTimeout, logConfiguration, dockerLabels, ...rest }) => ({
      ...rest,
      localCommand: dockerLabels[LOCAL_COMMAND],
      stopTimeoutSeconds: stopTimeout,
      logGroupName: logConfiguration?.options["awslogs-group"],
      logStreamPrefix: logConfiguration?.options["awslogs-stream-prefix"],
    })),
  }));
}
