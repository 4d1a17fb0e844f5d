import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, paginateListTasks, type Task } from "@aws-sdk/client-ecs";
import { paginateGetDurableExecutionHistory, paginateListDurableExecutionsByFunction, type Event, type ExecutionStatus } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, paginateListSchedules } from "@aws-sdk/client-scheduler";
import { hasEnded } from "../operator/execution-status.ts";
import { persist, type Client } from "./client.ts";
import type { Site } from "./plan.ts";

export interface ObservedExecution {
  readonly site: Site;
  /** As in the names of outputs, such as `pollJob`. */
  readonly workflow: string;
  readonly executionArn: string;
  readonly executionId: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  /** Parsed from JSON. */
  readonly input: unknown;
  readonly result: unknown;
  readonly events: readonly Event[];
}

export interface ObservedTask {
  readonly taskArn: string;
  readonly executionArn: string;
  readonly attempt: string;
  readonly reportTo: string;
  readonly jobId: string;
  readonly callbackId: string;
  readonly lastStatus: string;
  readonly exitCode: number | undefined;
  /** When it had stopped, in epoch milliseconds. */
  readonly stoppedAt: number;
}

export const WORKFLOWS: Readonly<Record<Site, readonly string[]>> = {
  workflows: ["math", "report", "pollJob", "callbackJob", "dispatchJob", "createReminder", "reminder"],
  evidence: ["steps", "callback", "chain", "tick"],
};

const TERMINAL: readonly string[] = ["ExecutionSucceeded", "ExecutionFailed", "ExecutionStopped", "ExecutionTimedOut"];

export function isTerminal({ EventType: type }: Event): boolean {
  return type !== undefined && TERMINAL.includes(type);
}

/** Every execution of a workflow that had started by `until` (epoch milliseconds), with its history. */
export async function observeExecutions(client: Client, site: Site, workflow: string, until: number): Promise<ObservedExecution[]> {
  const query = { FunctionName: client.output(`${workflow}FunctionName`), Qualifier: client.output(`${workflow}Version`) };
  const observed: ObservedExecution[] = [];
  for await (const { DurableExecutions: page } of paginateListDurableExecutionsByFunction({ client: client.lambda }, query)) {
    for (const { DurableExecutionArn: executionArn = "", Status: status = "RUNNING", StartTimestamp: started } of page ?? []) {
      const startedAt = started?.getTime() ?? 0;
      if (startedAt > until) continue;
      const events = await history(client, executionArn);
      observed.push({
        site,
        workflow,
        executionArn,
        executionId: executionArn.slice(executionArn.lastIndexOf("/") + 1),
        status,
        startedAt,
        input: parse(events[0]?.ExecutionStartedDetails?.Input?.Payload),
        result: parse(events.at(-1)?.ExecutionSucceededDetails?.Result?.Payload),
        events,
      });
    }
  }
  return observed;
}

/** How the executions of a workflow that have ended did so, as text to compare. */
export async function observeEnds(client: Client, workflow: string): Promise<{ readonly executionArn: string; readonly end: string }[]> {
  const query = { FunctionName: client.output(`${workflow}FunctionName`), Qualifier: client.output(`${workflow}Version`) };
  const ends = [];
  for await (const { DurableExecutions: page } of paginateListDurableExecutionsByFunction({ client: client.lambda }, query)) {
    for (const { DurableExecutionArn: executionArn = "", Status: status = "RUNNING", EndTimestamp: ended } of page ?? []) {
      if (hasEnded(status)) ends.push({ executionArn, end: `${status} at ${ended?.toISOString() ?? "no time"}` });
    }
  }
  return ends;
}

/** How many executions of a workflow are running that had started by `until`. */
export async function countRunning(client: Client, workflow: string, until: number): Promise<number> {
  const query = { FunctionName: client.output(`${workflow}FunctionName`), Qualifier: client.output(`${workflow}Version`), Statuses: ["RUNNING" as const] };
  let running = 0;
  for await (const { DurableExecutions: page } of paginateListDurableExecutionsByFunction({ client: client.lambda }, query)) {
    running += page?.filter(({ StartTimestamp: started }) => (started?.getTime() ?? 0) <= until).length ?? 0;
  }
  return running;
}

async function history(client: Client, executionArn: string): Promise<Event[]> {
  const events: Event[] = [];
  const query = { DurableExecutionArn: executionArn, IncludeExecutionData: true, MaxItems: 1000 };
  for await (const { Events: page } of paginateGetDurableExecutionHistory({ client: client.lambda }, query)) events.push(...(page ?? []));
  return events;
}

export async function observeTasks(client: Client): Promise<ObservedTask[]> {
  const cluster = client.output("clusterArn");
  const tasks: Task[] = [];
  for (const desiredStatus of ["RUNNING", "STOPPED"] as const) {
    for await (const { taskArns: page = [] } of paginateListTasks({ client: client.ecs }, { cluster, desiredStatus })) {
      if (page.length > 0) tasks.push(...((await client.ecs.send(new DescribeTasksCommand({ cluster, tasks: page }))).tasks ?? []));
    }
  }
  return tasks.map(observedTask);
}

function observedTask(task: Task): ObservedTask {
  const [override] = task.overrides?.containerOverrides ?? [];
  const variable = (name: string) => override?.environment?.find((each) => each.name === name)?.value ?? "";
  return {
    taskArn: task.taskArn ?? "",
    executionArn: variable("EXECUTION_ARN"),
    attempt: variable("JOB_ATTEMPT"),
    reportTo: variable("REPORT_TO"),
    jobId: variable("JOB_ID"),
    callbackId: variable("CALLBACK_ID"),
    lastStatus: task.lastStatus ?? "",
    exitCode: task.containers?.[0]?.exitCode,
    stoppedAt: task.stoppedAt?.getTime() ?? Infinity,
  };
}

/** How often each task's process has said that it starts, by the last part of its ARN. */
export async function observeTaskStarts(client: Client): Promise<Map<string, number>> {
  const starts = new Map<string, number>();
  let nextToken: string | undefined;
  do {
    const query = { logGroupName: client.output("jobLogGroupName"), filterPattern: '"The job starts"', nextToken };
    const answer = await client.logs.send(new FilterLogEventsCommand(query));
    for (const { logStreamName = "" } of answer.events ?? []) {
      const id = logStreamName.slice(logStreamName.lastIndexOf("/") + 1);
      starts.set(id, (starts.get(id) ?? 0) + 1);
    }
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
  return starts;
}

/** Status of a job's record, undefined when there is none. */
export async function recordStatus(client: Client, jobId: string): Promise<string | undefined> {
  const query = { TableName: client.output("jobTableName"), Key: { jobId: { S: jobId } }, ConsistentRead: true };
  const { Item: item } = await persist(() => client.dynamodb.send(new GetItemCommand(query)));
  return item?.status?.S;
}

/** Names of the schedules in a group. */
export async function schedulesIn(client: Client, groupName: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { Schedules: page } of paginateListSchedules({ client: client.scheduler }, { GroupName: groupName })) {
    names.push(...(page ?? []).map(({ Name: name = "" }) => name));
  }
  return names;
}

/** When the schedule of an ARN was created, in epoch milliseconds. */
export async function createdAt(client: Client, scheduleArn: string): Promise<number> {
  const [groupName, name] = scheduleArn.split("/").slice(-2);
  const { CreationDate: created } = await persist(() => client.scheduler.send(new GetScheduleCommand({ GroupName: groupName, Name: name })));
  return created?.getTime() ?? 0;
}

function parse(text: string | undefined): unknown {
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
