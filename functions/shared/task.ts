import { DescribeTasksCommand, type ECSClient, RunTaskCommand, StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import type { TaskEnvironment } from "./environment.ts";
import { WorkflowError } from "./errors.ts";
import { executionId, idempotencyToken } from "./execution.ts";
import type { JobEnvironment, JobInput, ReportTarget } from "./job-contract.ts";
import type { StoppedTask } from "./stopped-task.ts";

export interface TaskRequest {
  readonly executionArn: string;
  /** Which attempt at the job, from 1. */
  readonly attempt: number;
  readonly input: JobInput;
  readonly report: ReportTarget;
}

/**
 * Starts the job's task, once for each execution and attempt however often it is called.
 *
 * @returns the task's ARN
 * @throws WorkflowError `CapacityUnavailable` (try later) or `TaskRefused`
 */
export async function startTask(ecs: ECSClient, environment: TaskEnvironment, request: TaskRequest): Promise<string> {
  const job = jobEnvironment(request, environment.JOB_TIME_LIMIT_SECONDS);
  const { tasks, failures } = await ecs.send(
    new RunTaskCommand({
      cluster: environment.CLUSTER_ARN,
      taskDefinition: environment.TASK_DEFINITION_ARN,
      count: 1,
      clientToken: idempotencyToken(request.executionArn, "run-task", request.attempt),
      // The watchdog finds the tasks of an execution by this.
      startedBy: executionId(request.executionArn),
      propagateTags: "TASK_DEFINITION",
      capacityProviderStrategy: [{ capacityProvider: environment.CAPACITY_PROVIDER, weight: 1 }],
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: environment.SUBNET_IDS,
          securityGroups: environment.SECURITY_GROUP_IDS,
          assignPublicIp: environment.ASSIGN_PUBLIC_IP,
        },
      },
      overrides: {
        containerOverrides: [
          {
            name: environment.CONTAINER_NAME,
            environment: Object.entries(job).map(([name, value]) => ({ name, value: String(value) })),
          },
        ],
      },
    }),
  );
  const taskArn = tasks?.[0]?.taskArn;
  if (taskArn === undefined) {
    throw refusal(failures?.[0]);
  }
  return taskArn;
}

function jobEnvironment({ executionArn, attempt, input, report }: TaskRequest, timeLimitSeconds: number): JobEnvironment {
  return {
    JOB_INPUT: JSON.stringify(input),
    JOB_ATTEMPT: String(attempt),
    JOB_TIME_LIMIT_SECONDS: String(timeLimitSeconds),
    EXECUTION_ARN: executionArn,
    REPORT_TO: report.to,
    ...(report.to === "callback" && { CALLBACK_ID: report.callbackId }),
    ...(report.to === "record" && { JOB_ID: report.jobId }),
  };
}

function refusal(failure: { reason?: string; detail?: string } | undefined): WorkflowError {
  const reason = [failure?.reason, failure?.detail].filter(Boolean).join(": ") || "no reason given";
  const later = /^RESOURCE\b|capacity/i.test(reason);
  return new WorkflowError(later ? "CapacityUnavailable" : "TaskRefused", `ECS did not start the task: ${reason}`);
}

/** `missing`: ECS does not know the task, which is so for a moment after RunTask and from an hour after the stop. */
export type TaskView = { readonly state: "missing" | "starting" | "running" } | { readonly state: "stopped"; readonly task: StoppedTask };

/** What ECS says about a task at this moment. @throws the ECS client's errors */
export async function describeTask(ecs: ECSClient, environment: TaskEnvironment, taskArn: string): Promise<TaskView> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster: environment.CLUSTER_ARN, tasks: [taskArn] }));
  const task = tasks?.[0];
  if (task === undefined) {
    return { state: "missing" };
  }
  if (task.lastStatus === "STOPPED") {
    return { state: "stopped", task: toStoppedTask(task, taskArn, environment.CONTAINER_NAME) };
  }
  return { state: task.startedAt === undefined ? "starting" : "running" };
}

function toStoppedTask(task: Task, taskArn: string, containerName: string): StoppedTask {
  const container = task.containers?.find(({ name }) => name === containerName);
  return {
    taskArn,
    exitCode: container?.exitCode,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containerReason: container?.reason,
    startedAt: task.startedAt?.toISOString(),
    stoppedAt: task.stoppedAt?.toISOString(),
  };
}

/**
 * Stops a task; one that has stopped already, or that ECS no longer knows, is as good as stopped.
 *
 * @param clusterArn of the task
 * @param reason ends up in the task's stop reason
 * @returns whether the task had ever started
 */
export async function stopTask(ecs: ECSClient, clusterArn: string, taskArn: string, reason: string): Promise<{ started: boolean }> {
  try {
    const { task } = await ecs.send(new StopTaskCommand({ cluster: clusterArn, task: taskArn, reason }));
    return { started: task?.startedAt !== undefined };
  } catch (error) {
    if (error instanceof Error && error.name === "InvalidParameterException" && /not found/i.test(error.message)) {
      return { started: true };
    }
    throw error;
  }
}
