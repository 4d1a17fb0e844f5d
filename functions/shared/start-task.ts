import { DescribeTasksCommand, type ECSClient, paginateListTasks, RunTaskCommand, type Task } from "@aws-sdk/client-ecs";
import type { TaskEnvironment } from "./environment.ts";
import { executionId, idempotencyToken } from "./execution.ts";
import type { ReportTarget } from "../../container/kit/contract.ts";
import { isTransient } from "./retry.ts";
import { judgeError, judgeResponse, type RunTaskAnswer } from "./run-task-answer.ts";
import { stopTask } from "./task.ts";
import { taskOverrides, type TaskRequest } from "./task-overrides.ts";

export interface StartRequest extends TaskRequest {
  /** Number of the try in the execution, from 1. A repeated call of one try has the same parameters and starts no second task. */
  readonly tryNumber: number;
  /** Whether this is the first RunTask call of the execution. */
  readonly first: boolean;
  /** Whether what the job reports to is open. */
  readonly open: boolean;
}

/**
 * Starts the job's task, once for each try however often it is called.
 *
 * A call whose outcome is unknown may have started a task, and ECS need not know the client token of a refused call. So every call but an
 * execution's first reads which tasks the execution has already: it takes over the task that it would start, and stops any other.
 *
 * @throws what the calls failed with, if no repeated call will succeed
 */
export async function startTask(ecs: ECSClient, environment: TaskEnvironment, request: StartRequest): Promise<RunTaskAnswer> {
  try {
    if (!request.open) {
      await stopTasks(ecs, environment, await listTasks(ecs, environment, request.executionArn));
      return { kind: "refused", reason: "The callback closed while the task was being started" };
    }
    const full = await isFull(ecs, environment);
    // The execution's own task may be among those that run: this call may repeat one whose outcome is unknown.
    const taskArn = request.first && !full ? undefined : await takeOver(ecs, environment, request);
    if (taskArn !== undefined) return { kind: "started", taskArn };
    if (full) return { kind: "refused", reason: `The job ${request.job} has ${environment.MAX_TASKS ?? 0} tasks already, the most that it declares (maxTasks)` };
    return await runTask(ecs, environment, request);
  } catch (error) {
    if (error instanceof Error && isTransient(error)) {
      return { kind: "unknown", reason: `${error.name}: ${error.message}` };
    }
    throw error;
  }
}

/** Reports whether the job has as many tasks as it may. Approximate: workflows that start tasks at the same time don't see each other's. */
async function isFull(ecs: ECSClient, { CLUSTER_ARN: cluster, TASK_DEFINITION_ARN: arn, MAX_TASKS: max }: TaskEnvironment): Promise<boolean> {
  if (max === undefined) return false;
  let count = 0;
  // API Reference, ListTasks: tasks that are starting have the desired status RUNNING as well.
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, { cluster, family: familyOf(arn), desiredStatus: "RUNNING" })) {
    count += taskArns.length;
    if (count >= max) return true;
  }
  return false;
}

/** `job` of `arn:aws:ecs:…:task-definition/job:7`. */
function familyOf(taskDefinitionArn: string): string {
  return /task-definition\/([^:]+)/.exec(taskDefinitionArn)?.[1] ?? taskDefinitionArn;
}

async function runTask(ecs: ECSClient, environment: TaskEnvironment, request: StartRequest): Promise<RunTaskAnswer> {
  const { executionArn, attempt, tryNumber, report } = request;
  const command = new RunTaskCommand({
    cluster: environment.CLUSTER_ARN,
    taskDefinition: environment.TASK_DEFINITION_ARN,
    count: 1,
    clientToken: idempotencyToken(executionArn, "run-task", attempt, tryNumber),
    // The watchdog finds the tasks of an execution by this.
    startedBy: executionId(executionArn),
    propagateTags: "TASK_DEFINITION",
    capacityProviderStrategy: [{ capacityProvider: environment.CAPACITY_PROVIDER, weight: 1 }],
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: environment.SUBNET_IDS,
        securityGroups: environment.SECURITY_GROUP_IDS,
        assignPublicIp: environment.ASSIGN_PUBLIC_IP,
      },
    },
    overrides: taskOverrides(request, environment.CONTAINER_NAME, environment.JOB_TIME_LIMIT_SECONDS),
  });
  try {
    return judgeResponse(await ecs.send(command));
  } catch (error) {
    if (!(error instanceof Error)) {
      throw error;
    }
    const answer = judgeError(error);
    if (answer.kind === "permanent") {
      throw error;
    }
    // A task of a callback carries the id of its callback; whether this one does is read by the next call.
    const [taskArn, ...others] = answer.kind === "conflict" && report.to !== "callback" ? answer.taskArns : [];
    return taskArn !== undefined && others.length === 0 ? { kind: "started", taskArn } : answer;
  }
}

/** @returns the task that the request would start, if the execution has it already */
async function takeOver(ecs: ECSClient, environment: TaskEnvironment, request: StartRequest): Promise<string | undefined> {
  const taskArns = await listTasks(ecs, environment, request.executionArn);
  if (request.report.to === "record" || taskArns.length === 0) {
    // An execution of dispatch-job makes one attempt: whatever it has started is the attempt's task.
    return taskArns[0];
  }
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster: environment.CLUSTER_ARN, tasks: taskArns }));
  const own = tasks.find((task) => isFor(task, request.attempt, request.report))?.taskArn;
  await stopTasks(ecs, environment, taskArns.filter((taskArn) => taskArn !== own));
  return own;
}

async function stopTasks(ecs: ECSClient, environment: TaskEnvironment, taskArns: readonly string[]): Promise<void> {
  for (const taskArn of taskArns) {
    await stopTask(ecs, environment.CLUSTER_ARN, taskArn, "Left over from an earlier try of the same execution");
  }
}

function isFor({ overrides }: Task, attempt: number, report: ReportTarget): boolean {
  const environment = overrides?.containerOverrides?.flatMap((container) => container.environment ?? []) ?? [];
  const value = (variable: string) => environment.find(({ name }) => name === variable)?.value;
  return value("JOB_ATTEMPT") === String(attempt) && (report.to !== "callback" || value("CALLBACK_ID") === report.callbackId);
}

async function listTasks(ecs: ECSClient, environment: TaskEnvironment, executionArn: string): Promise<string[]> {
  const taskArns: string[] = [];
  // API Reference, ListTasks: startedBy must be the only filter.
  for await (const page of paginateListTasks({ client: ecs }, { cluster: environment.CLUSTER_ARN, startedBy: executionId(executionArn) })) {
    taskArns.push(...(page.taskArns ?? []));
  }
  return taskArns;
}
