import { DescribeTasksCommand, type ECSClient, paginateListTasks } from "@aws-sdk/client-ecs";
import { type ExecutionStatus, type LambdaClient, paginateListDurableExecutionsByFunction } from "@aws-sdk/client-lambda";
import { OPEN_STATUSES } from "../../operator/execution-status.ts";
import { type JobTask, jobTask, taskState } from "../shared/job-task.ts";

/** The most that one call of ListDurableExecutionsByFunction returns. */
const EXECUTIONS_PER_CALL = 1000;
/** The most that DescribeTasks takes. */
const TASKS_PER_CALL = 100;

/** A task that works for one of the workflows, with what the sweep needs to know of it. */
export interface SweptTask extends JobTask {
  readonly taskArn: string;
  readonly stopped: boolean;
  /** It runs, or is to run. */
  readonly wanted: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970; undefined before its start. */
  readonly startedAt: number | undefined;
}

/** @returns when each execution of a function that is running, pausing or paused was started, in milliseconds since 1970, by ARN */
export async function openExecutions(lambda: LambdaClient, functionName: string): Promise<Map<string, number>> {
  const open = new Map<string, number>();
  for (const status of OPEN_STATUSES) {
    // The cast is needed until the client's model has PAUSING and PAUSED.
    const query = { FunctionName: functionName, Statuses: [status as ExecutionStatus] };
    for await (const page of paginateListDurableExecutionsByFunction({ client: lambda, pageSize: EXECUTIONS_PER_CALL }, query)) {
      for (const { DurableExecutionArn: arn = "", StartTimestamp: startedAt } of page.DurableExecutions ?? []) {
        open.set(arn, startedAt?.getTime() ?? 0);
      }
    }
  }
  return open;
}

/** The workflows' tasks of a cluster, a page at a time. ECS lists stopped ones for an hour. */
export async function* listTasks(ecs: ECSClient, cluster: string, desiredStatus: "RUNNING" | "STOPPED"): AsyncGenerator<SweptTask[]> {
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs, pageSize: TASKS_PER_CALL }, { cluster, desiredStatus })) {
    yield describeTasks(ecs, cluster, taskArns);
  }
}

/** @returns those of the tasks that ECS knows, and that work for a workflow */
export async function describeTasks(ecs: ECSClient, cluster: string, taskArns: readonly string[]): Promise<SweptTask[]> {
  const found: SweptTask[] = [];
  for (let start = 0; start < taskArns.length; start += TASKS_PER_CALL) {
    const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns.slice(start, start + TASKS_PER_CALL) }));
    for (const each of tasks) {
      const state = taskState.parse(each);
      const task = jobTask(state);
      if (task !== undefined) {
        const { taskArn, lastStatus, desiredStatus, createdAt = "", startedAt } = state;
        found.push({
          ...task,
          taskArn,
          stopped: lastStatus === "STOPPED",
          wanted: desiredStatus === "RUNNING",
          createdAt: Date.parse(createdAt),
          startedAt: startedAt === undefined ? undefined : Date.parse(startedAt),
        });
      }
    }
  }
  return found;
}
