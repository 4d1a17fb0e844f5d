import { createHash, randomUUID } from "node:crypto";
import * as z from "zod";
import type { TaskDefinitionDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import type { AccessRequest } from "../iam/access.ts";
import { arn } from "../identity.ts";
import { given, rolesOf } from "./roles.ts";
import type { Tag, Task } from "./task.ts";
import type { EcsTasks } from "./tasks.ts";

const LONGEST_OVERRIDES = 8192;

const tag = z.strictObject({ key: z.string().min(1).max(128), value: z.string().max(256).default("") });

const containerOverride = z.strictObject({
  name: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
  cpu: z.int().optional(),
  memory: z.int().optional(),
  memoryReservation: z.int().optional(),
});

const overrides = z.strictObject({
  containerOverrides: z.array(containerOverride).optional(),
  cpu: z.string().optional(),
  memory: z.string().optional(),
  taskRoleArn: z.string().optional(),
  executionRoleArn: z.string().optional(),
});

/** Strict: a member that means something on AWS and nothing here is refused by name. */
export const runTaskInput = z.strictObject({
  cluster: z.string().optional(),
  taskDefinition: z.string().min(1),
  count: z.int().min(1).max(10).default(1),
  clientToken: z
    .string()
    .regex(/^[!-~]{1,64}$/, "must be 1 to 64 printable ASCII characters")
    .optional(),
  startedBy: z.string().max(128).optional(),
  group: z.string().max(255).optional(),
  launchType: z.enum(["FARGATE", "EC2"]).optional(),
  capacityProviderStrategy: z
    .array(
      z.strictObject({
        capacityProvider: z.string(),
        weight: z.int().min(0).max(1000).default(0),
        base: z.int().min(0).max(100_000).default(0),
      }),
    )
    .max(20)
    .optional(),
  networkConfiguration: z
    .strictObject({
      awsvpcConfiguration: z
        .strictObject({
          subnets: z.array(z.string()).min(1).max(16),
          securityGroups: z.array(z.string()).max(5).optional(),
          assignPublicIp: z.enum(["ENABLED", "DISABLED"]).optional(),
        })
        .optional(),
    })
    .optional(),
  overrides: overrides.default({}),
  tags: z.array(tag).max(50).default([]),
  propagateTags: z.enum(["TASK_DEFINITION", "SERVICE", "NONE"]).optional(),
  platformVersion: z.string().optional(),
  enableExecuteCommand: z.literal(false, "ECS Exec is not simulated").optional(),
  enableECSManagedTags: z.boolean().optional(),
});

export type RunTaskInput = z.infer<typeof runTaskInput>;

/** What IAM must allow for a RunTask: the task itself, its roles, and its tags. */
export function runTaskAccess(tasks: EcsTasks, input: RunTaskInput): AccessRequest[] {
  const clusterArn = tasks.definitions.clusterArn(input.cluster);
  const definition = tasks.definitions.taskDefinition(input.taskDefinition);
  const cluster = { "ecs:cluster": clusterArn };
  const requests: AccessRequest[] = [
    { action: "ecs:RunTask", resource: tasks.definitions.taskDefinitionArn(input.taskDefinition), context: cluster },
  ];
  if (definition === undefined) return requests;
  const roles = rolesOf(definition, input.overrides);
  for (const role of given(roles)) {
    requests.push({ action: "iam:PassRole", resource: role, context: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } });
  }
  const tags = tagsOf(input, definition);
  if (tags.length > 0) {
    requests.push({
      action: "ecs:TagResource",
      resource: `${clusterArn.replace(":cluster/", ":task/")}/*`,
      context: {
        ...cluster,
        "ecs:CreateAction": "RunTask",
        "aws:TagKeys": tags.map(({ key }) => key),
        ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, value])),
      },
    });
  }
  return requests;
}

/**
 * Runs a task, or finds the tasks that the same client token has started.
 *
 * @throws AwsError ClusterNotFoundException, ClientException, InvalidParameterException, ConflictException
 */
export function runTask(tasks: EcsTasks, input: RunTaskInput): Task[] {
  const cluster = tasks.definitions.cluster(input.cluster);
  if (cluster === undefined) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  const { clientToken, ...request } = input;
  const requestHash = createHash("sha256").update(JSON.stringify(request)).digest("hex");
  const earlier = clientToken === undefined ? undefined : tasks.table.tokenUse(cluster.arn, clientToken);
  if (earlier !== undefined) {
    const known = earlier.taskIds.flatMap((id) => tasks.table.get(id) ?? []);
    if (earlier.requestHash === requestHash) return known;
    throw new AwsError(
      "ConflictException",
      "The RunTask request could not be processed because the client token is in use by tasks that another request started.",
      400,
      { resourceIds: known.map((task) => task.arn) },
    );
  }

  const definition = tasks.definitions.taskDefinition(input.taskDefinition);
  if (definition === undefined) throw new AwsError("ClientException", "TaskDefinition not found.");
  checkAgainst(definition, input);
  const common = {
    clusterArn: cluster.arn,
    definition,
    overrides: input.overrides,
    tags: tagsOf(input, definition),
    group: input.group,
    startedBy: input.startedBy,
  };
  const requests = capacityProviders(input).map((capacityProviderName) => {
    const id = randomUUID().replaceAll("-", "");
    return { ...common, capacityProviderName, id, arn: arn(tasks.identity, "ecs", `task/${cluster.name}/${id}`) };
  });
  for (const each of requests) tasks.roles.check(rolesOf(definition, input.overrides), each);
  if (clientToken !== undefined) {
    tasks.table.recordToken(cluster.arn, clientToken, { requestHash, taskIds: requests.map(({ id }) => id) }, tasks.clock.now());
  }
  return tasks.create(requests);
}

function checkAgainst(definition: TaskDefinitionDeclaration, input: RunTaskInput): void {
  if (input.networkConfiguration?.awsvpcConfiguration === undefined) {
    throw invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.");
  }
  if (JSON.stringify(input.overrides).length > LONGEST_OVERRIDES) {
    throw invalid(`Container Overrides length must be at most ${LONGEST_OVERRIDES}`);
  }
  for (const { name } of input.overrides.containerOverrides ?? []) {
    if (definition.containers.some((container) => container.name === name)) continue;
    throw invalid(`Override for container named ${name} is not a container in the TaskDefinition.`);
  }
}

/** @returns the capacity provider of each task of the request, undefined for the launch type FARGATE */
function capacityProviders({ launchType, capacityProviderStrategy = [], count }: RunTaskInput): (string | undefined)[] {
  if (capacityProviderStrategy.length === 0) {
    // EC2 is what ECS takes when nothing is said.
    if (launchType !== "FARGATE") throw invalid("No Container Instances were found in your cluster.");
    return Array.from({ length: count }, () => undefined);
  }
  if (launchType !== undefined) {
    throw invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.");
  }
  for (const { capacityProvider } of capacityProviderStrategy) {
    if (capacityProvider !== "FARGATE" && capacityProvider !== "FARGATE_SPOT") {
      throw invalid(`The specified capacity provider '${capacityProvider}' was not found. Specify a valid name and try again.`);
    }
  }
  if (capacityProviderStrategy.filter(({ base }) => base > 0).length > 1) {
    throw invalid("Only one capacity provider in a capacity provider strategy can have a base defined.");
  }
  return placeTasks(capacityProviderStrategy, count);
}

/** The base first, then each task where its provider is furthest behind its share of the weights. A single provider needs no weight. */
function placeTasks(strategy: NonNullable<RunTaskInput["capacityProviderStrategy"]>, count: number): string[] {
  const places = strategy.flatMap(({ capacityProvider, base }) => Array.from({ length: Math.min(base, count) }, () => capacityProvider));
  const weighted = strategy
    .map(({ capacityProvider, weight }) => ({ capacityProvider, weight: strategy.length === 1 ? 1 : weight, tasks: 0 }))
    .filter(({ weight }) => weight > 0);
  while (places.length < count) {
    const [next] = weighted.sort((a, b) => (a.tasks + 1) / a.weight - (b.tasks + 1) / b.weight);
    if (next === undefined) throw invalid("At least one capacity provider of a strategy must have a weight greater than 0.");
    next.tasks += 1;
    places.push(next.capacityProvider);
  }
  return places;
}

/** Tags of the request win over those of the task definition. */
function tagsOf(input: RunTaskInput, definition: TaskDefinitionDeclaration): Tag[] {
  const propagated = input.propagateTags === "TASK_DEFINITION" ? definition.tags : {};
  const own = Object.fromEntries(input.tags.map(({ key, value }) => [key, value]));
  return Object.entries({ ...propagated, ...own }).map(([key, value]) => ({ key, value }));
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
