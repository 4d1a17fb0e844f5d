import { DescribeTasksCommand, paginateListClusters, paginateListTasks, type Task as EcsTask } from "@aws-sdk/client-ecs";
import { CLUSTER_OUTPUT } from "../../operator/outputs.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { Task } from "../shapes.ts";
import type { Stack } from "./stack.ts";

/** How many tasks DescribeTasks takes. */
const BATCH = 100;

export interface TaskFilter {
  /** Those that run, those that have stopped (ECS remembers them for an hour), or both. */
  readonly desiredStatuses?: readonly ("RUNNING" | "STOPPED")[];
  /** Id of the execution that started them. */
  readonly executionId?: string;
}

/** Tasks of the job cluster, newest first; of all clusters in the local stack of a program that names none. */
export async function listTasks(stack: Stack, filter: TaskFilter = {}): Promise<Task[]> {
  const arns: string[] = [];
  for (const cluster of await clustersOf(stack)) {
    for (const desiredStatus of filter.desiredStatuses ?? (["RUNNING", "STOPPED"] as const)) {
      for await (const page of paginateListTasks({ client: stack.ecs }, { cluster, desiredStatus, startedBy: filter.executionId })) {
        arns.push(...(page.taskArns ?? []));
      }
    }
  }
  const tasks = await describeTasks(stack, arns);
  return tasks.map(taskOf).sort((a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? ""));
}

/** As ECS describes them. */
export async function describeTasks(stack: Stack, arns: readonly string[]): Promise<EcsTask[]> {
  const tasks: EcsTask[] = [];
  for (const [cluster, own] of Map.groupBy(arns, clusterOf)) {
    for (let start = 0; start < own.length; start += BATCH) {
      const answer = await stack.ecs.send(new DescribeTasksCommand({ cluster, tasks: own.slice(start, start + BATCH) }));
      tasks.push(...(answer.tasks ?? []));
    }
  }
  return tasks;
}

/** Name of the cluster of a task: `arn:…:task/CLUSTER/ID`. */
export function clusterOf(taskArn: string): string {
  return taskArn.split("/")[1] ?? "";
}

async function clustersOf(stack: Stack): Promise<string[]> {
  const named = stack.outputs[CLUSTER_OUTPUT];
  if (named !== undefined || stack.local === undefined) return [named ?? stack.output(CLUSTER_OUTPUT)];
  const found: string[] = [];
  for await (const { clusterArns = [] } of paginateListClusters({ client: stack.ecs }, {})) found.push(...clusterArns);
  return found;
}

/** The tasks that may be meant by an ARN, an id, or the beginning or end of an id. */
export async function matchTasks(stack: Stack, reference: string): Promise<Task[]> {
  const id = reference.slice(reference.lastIndexOf("/") + 1);
  if (!/^[0-9a-f]{4,32}$/.test(id)) return [];
  return (await listTasks(stack)).filter((task) => task.arn === reference || task.id.startsWith(id) || task.id.endsWith(id));
}

/** @throws CliError when no task, or more than one, is meant */
export async function findTask(stack: Stack, reference: string): Promise<Task> {
  const [task, ...others] = await matchTasks(stack, reference);
  if (task === undefined) throw new CliError(EXIT.notFound, `There is no task "${reference}". wf tasks shows those of the last hour.`);
  if (others.length > 0) throw new CliError(EXIT.usage, `"${reference}" may be any of ${others.length + 1} tasks: ${[task, ...others].map((match) => match.id).join(", ")}`);
  return task;
}

function taskOf(task: EcsTask): Task {
  const { taskArn: arn = "", lastStatus = "", startedBy, createdAt, startedAt, stoppedAt, stopCode, stoppedReason, containers } = task;
  return {
    arn,
    id: arn.slice(arn.lastIndexOf("/") + 1),
    status: lastStatus,
    executionId: startedBy ?? null,
    createdAt: createdAt?.toISOString() ?? null,
    startedAt: startedAt?.toISOString() ?? null,
    stoppedAt: stoppedAt?.toISOString() ?? null,
    exitCode: containers?.[0]?.exitCode ?? null,
    stopCode: stopCode ?? null,
    stoppedReason: stoppedReason ?? null,
  };
}
