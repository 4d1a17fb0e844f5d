import * as z from "zod";
import type { TaskDefinitionDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import { invalidAs } from "../gateway/input.ts";
import { jsonOperation as operation, jsonService } from "../gateway/json-protocol.ts";
import type { Service } from "../gateway/service.ts";
import type { AccessRequest } from "../iam/access.ts";
import { runTask, runTaskAccess, runTaskInput } from "./run-task.ts";
import { taskAnswer } from "./task-shape.ts";
import type { EcsTasks } from "./tasks.ts";

const LONGEST_PAGE = 100;

/** Amazon ECS behind the door: tasks, and what they are made from. */
export function ecsService(tasks: EcsTasks): Service {
  return jsonService({
    signingName: "ecs",
    targetPrefix: "AmazonEC2ContainerServiceV20141113",
    version: "1.1",
    invalidInput: invalidAs("InvalidParameterException"),
    operations: {
      RunTask: operation({
        input: runTaskInput,
        access: (input) => runTaskAccess(tasks, input),
        execute: (input) => ({
          tasks: runTask(tasks, input).map((task) => taskAnswer(task, tasks.identity, { tags: true })),
          failures: [],
        }),
      }),
      DescribeTasks: operation({
        input: z.strictObject({
          cluster: z.string().optional(),
          tasks: z.array(z.string()).min(1, "Tasks cannot be empty.").max(LONGEST_PAGE),
          include: z.array(z.enum(["TAGS"])).default([]),
        }),
        access: (input) => input.tasks.map((task) => taskAccess("ecs:DescribeTasks", input.cluster, task)),
        execute(input) {
          const found = input.tasks.map((reference) => ({ reference, task: findTask(input.cluster, reference) }));
          const tags = input.include.includes("TAGS");
          return {
            tasks: found.flatMap(({ task }) => (task === undefined ? [] : [taskAnswer(task, tasks.identity, { tags })])),
            failures: found.flatMap(({ reference, task }) =>
              task === undefined ? [{ arn: taskArn(input.cluster, reference), reason: "MISSING" }] : [],
            ),
          };
        },
      }),
      ListTasks: operation({
        input: z.strictObject({
          cluster: z.string().optional(),
          family: z.string().optional(),
          startedBy: z.string().optional(),
          desiredStatus: z.enum(["RUNNING", "STOPPED"]).default("RUNNING"),
          launchType: z.literal("FARGATE").optional(),
          maxResults: z.int().min(1).max(LONGEST_PAGE).default(LONGEST_PAGE),
          nextToken: z.string().regex(/^\d+$/, "is not a token of this operation").optional(),
        }),
        access: (input) => [{ action: "ecs:ListTasks", resource: "*", context: inCluster(input.cluster) }],
        execute({ cluster, family, startedBy, desiredStatus, maxResults, nextToken }) {
          const clusterArn = existingCluster(cluster).arn;
          const page = { cursor: Number(nextToken ?? 0), size: maxResults, now: tasks.clock.now() };
          const { arns, next } = tasks.table.list({ clusterArn, family, startedBy, desiredStatus }, page);
          return { taskArns: arns, nextToken: next?.toString() };
        },
      }),
      StopTask: operation({
        input: z.strictObject({ cluster: z.string().optional(), task: z.string(), reason: z.string().max(1024).optional() }),
        access: (input) => [taskAccess("ecs:StopTask", input.cluster, input.task)],
        execute(input) {
          const task = findTask(input.cluster, input.task);
          if (task === undefined) throw new AwsError("InvalidParameterException", "The referenced task was not found.");
          const stopping = tasks.stopTask(task, input.reason ?? "Task stopped by user");
          return { task: taskAnswer(stopping, tasks.identity, { tags: true }) };
        },
      }),
      DescribeTaskDefinition: operation({
        input: z.strictObject({ taskDefinition: z.string(), include: z.array(z.enum(["TAGS"])).default([]) }),
        // AWS authorises this action on no particular task definition.
        access: () => [{ action: "ecs:DescribeTaskDefinition", resource: "*" }],
        execute(input) {
          const definition = tasks.definitions.taskDefinition(input.taskDefinition);
          if (definition === undefined) throw new AwsError("ClientException", "Unable to describe task definition.");
          const tags = Object.entries(definition.tags).map(([key, value]) => ({ key, value }));
          return { taskDefinition: definitionAnswer(definition), tags: input.include.includes("TAGS") ? tags : [] };
        },
      }),
      DescribeClusters: operation({
        input: z.strictObject({ clusters: z.array(z.string()).max(LONGEST_PAGE).default(["default"]), include: z.array(z.string()).optional() }),
        access: (input) =>
          input.clusters.map((cluster) => ({ action: "ecs:DescribeClusters", resource: tasks.definitions.clusterArn(cluster) })),
        execute(input) {
          const arns = input.clusters.map((cluster) => tasks.definitions.clusterArn(cluster));
          const missing = arns.filter((arn) => tasks.definitions.cluster(arn) === undefined);
          return {
            clusters: arns.filter((arn) => !missing.includes(arn)).map(clusterAnswer),
            failures: missing.map((arn) => ({ arn, reason: "MISSING" })),
          };
        },
      }),
      ListClusters: operation({
        input: z.strictObject({ maxResults: z.int().min(1).max(LONGEST_PAGE).optional(), nextToken: z.string().optional() }),
        access: () => [{ action: "ecs:ListClusters", resource: "*" }],
        execute: () => ({ clusterArns: tasks.definitions.clusters.map(({ arn }) => arn) }),
      }),
    },
  });

  function existingCluster(cluster: string | undefined) {
    const found = tasks.definitions.cluster(cluster);
    if (found === undefined) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    return found;
  }

  function inCluster(cluster: string | undefined): Record<string, string> {
    return { "ecs:cluster": tasks.definitions.clusterArn(cluster) };
  }

  function taskArn(cluster: string | undefined, reference: string): string {
    if (reference.startsWith("arn:")) return reference;
    return `${tasks.definitions.clusterArn(cluster).replace(":cluster/", ":task/")}/${reference}`;
  }

  function taskAccess(action: string, cluster: string | undefined, reference: string): AccessRequest {
    return { action, resource: taskArn(cluster, reference), context: inCluster(cluster) };
  }

  function findTask(cluster: string | undefined, reference: string) {
    const id = taskArn(cluster, reference).split("/").at(-1) ?? "";
    const task = tasks.table.visible(existingCluster(cluster).arn, id, tasks.clock.now());
    return task?.arn === taskArn(cluster, reference) ? task : undefined;
  }

  function clusterAnswer(clusterArn: string): Record<string, unknown> {
    const { running, pending } = tasks.table.count(clusterArn);
    return {
      clusterArn,
      clusterName: clusterArn.split("/").at(-1),
      status: "ACTIVE",
      runningTasksCount: running,
      pendingTasksCount: pending,
      activeServicesCount: 0,
      registeredContainerInstancesCount: 0,
      capacityProviders: ["FARGATE", "FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [],
      settings: [],
      statistics: [],
      tags: [],
    };
  }
}

function definitionAnswer(definition: TaskDefinitionDeclaration): Record<string, unknown> {
  return {
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    status: "ACTIVE",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    compatibilities: ["EC2", "FARGATE"],
    cpu: definition.cpu,
    memory: definition.memory,
    taskRoleArn: definition.taskRoleArn,
    executionRoleArn: definition.executionRoleArn,
    placementConstraints: [],
    volumes: [],
    containerDefinitions: definition.containers.map((container) => ({
      name: container.name,
      image: container.image,
      command: container.command,
      entryPoint: container.entryPoint,
      environment: Object.entries(container.environment).map(([name, value]) => ({ name, value })),
      essential: container.essential,
      stopTimeout: container.stopTimeoutSeconds,
      logConfiguration: container.logGroupName === undefined ? undefined : logConfiguration(container),
    })),
  };
}

function logConfiguration(container: TaskDefinitionDeclaration["containers"][number]): Record<string, unknown> {
  return {
    logDriver: "awslogs",
    options: { "awslogs-group": container.logGroupName, "awslogs-stream-prefix": container.logStreamPrefix },
  };
}
