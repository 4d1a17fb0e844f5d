import "../environment.ts";
import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { HttpResponse } from "@smithy/core/protocols";
import { createHandler } from "../../../functions/task-sweep/handler.ts";
import type { Time } from "../../../functions/task-sweep/pace.ts";
import { TABLE_NAME, type TestJobTable } from "../job-table.ts";

export const NOW = Date.parse("2026-11-25T12:00:00Z");
const CLUSTER_ARN = "arn:aws:ecs:eu-central-1:111122223333:cluster/jobs";
const FUNCTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:";

export interface WorldTask {
  readonly taskArn: string;
  readonly environment: Readonly<Record<string, string>>;
  lastStatus: "RUNNING" | "STOPPED";
  desiredStatus?: "RUNNING" | "STOPPED";
  /** Minutes before now. */
  readonly age: number;
  /** Minutes before now; the age where left out. */
  readonly stoppedAge?: number;
  readonly exitCode?: number;
  readonly stopCode?: string;
}

export interface WorldExecution {
  readonly arn: string;
  status: string;
  /** Minutes before now. */
  readonly age: number;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const PAGE = { executions: 1000, tasks: 100 };

/** An account as ECS and Lambda show it over HTTP, so that what the clients send is counted, retries included. */
export class World {
  readonly executions: WorldExecution[] = [];
  readonly tasks: WorldTask[] = [];
  /** Of each request: the operation, and the time of the fake clock. */
  readonly requests: { readonly operation: string; readonly at: number }[] = [];
  /** What was changed. */
  readonly effects: string[] = [];
  /** Called before each request is answered. */
  before: (operation: string) => void = () => undefined;
  #now = NOW;
  readonly time: Time = {
    now: () => this.#now,
    sleep: async (milliseconds) => {
      this.#now += milliseconds;
    },
  };

  execution(functionName: string, id: string, status = "RUNNING", age = 60): string {
    const arn = `${FUNCTION_ARN}${functionName}:1/durable-execution/${id}/${id}`;
    this.executions.push({ arn, status, age });
    return arn;
  }

  task(id: string, executionArn: string, report: Readonly<Record<string, string>>, change: Partial<WorldTask> = {}): WorldTask {
    const environment = { EXECUTION_ARN: executionArn, JOB_ATTEMPT: "1", JOB_TIME_LIMIT_SECONDS: "86400", ...report };
    const task: WorldTask = { taskArn: `task-${id}`, environment, lastStatus: "RUNNING", age: 60, ...change };
    this.tasks.push(task);
    return task;
  }

  handler(table: TestJobTable) {
    const requestHandler = { handle: async (request: Request) => ({ response: this.#respond(request) }) };
    const options = { region: "eu-central-1", credentials: { accessKeyId: "test", secretAccessKey: "test" }, requestHandler: requestHandler as never };
    return createHandler({
      ecs: new ECSClient(options),
      lambda: new LambdaClient(options),
      dynamodb: table.client,
      environment: {
        CLUSTER_ARN,
        JOB_TABLE_NAME: TABLE_NAME,
        DISPATCH_JOB_ARN: `${FUNCTION_ARN}dispatch-job:live`,
        JOB_MAX_ATTEMPTS: 3,
        JOB_FUNCTIONS: ["poll-job", "dispatch-job", "callback-job"],
      },
      time: this.time,
      log: () => undefined,
    });
  }

  #respond({ method, path, query = {}, headers, body }: Request): HttpResponse {
    const target = headers["x-amz-target"]?.split(".").at(-1);
    const operation = target ?? lambdaOperation(method, path);
    this.requests.push({ operation, at: this.#now });
    this.before(operation);
    const input = target === undefined ? {} : (JSON.parse(typeof body === "string" ? body : new TextDecoder().decode(body)) as Record<string, unknown>);
    const answer = target === undefined ? this.#lambda(operation, path, query) : this.#ecs(operation, input);
    const known = answer !== undefined;
    return new HttpResponse({
      statusCode: known ? 200 : 404,
      headers: { "content-type": target === undefined ? "application/json" : "application/x-amz-json-1.1", ...(!known && { "x-amzn-errortype": "ResourceNotFoundException" }) },
      body: new TextEncoder().encode(JSON.stringify(answer ?? { Type: "User", Message: "unknown" })),
    });
  }

  #ecs(operation: string, input: Record<string, unknown>): object {
    switch (operation) {
      case "ListTasks": {
        const listed = this.tasks.filter((task) => (task.desiredStatus ?? task.lastStatus) === input["desiredStatus"]);
        return page(listed.map(({ taskArn }) => taskArn), input["nextToken"], PAGE.tasks, "taskArns", "nextToken");
      }
      case "DescribeTasks":
        return { tasks: this.tasks.filter(({ taskArn }) => (input["tasks"] as string[]).includes(taskArn)).map(describe) };
      case "StopTask":
        this.effects.push(`stop ${String(input["task"])}`);
        return { task: {} };
      default:
        throw new Error(`Not expected: ${operation}`);
    }
  }

  #lambda(operation: string, path: string, query: Record<string, unknown>): object | undefined {
    const subject = decodeURIComponent(path.split("/")[3] ?? "");
    switch (operation) {
      case "List": {
        const listed = this.executions.filter(({ arn, status }) => arn.startsWith(`${FUNCTION_ARN}${subject}:`) && [query["Statuses"]].flat().includes(status));
        const summaries = listed.map(({ arn, status, age }) => ({ DurableExecutionArn: arn, DurableExecutionName: arn, FunctionArn: subject, Status: status, StartTimestamp: seconds(age) }));
        return page(summaries, query["Marker"], PAGE.executions, "DurableExecutions", "NextMarker");
      }
      case "Get": {
        const found = this.executions.find(({ arn }) => arn === subject);
        return found && { DurableExecutionArn: subject, DurableExecutionName: "n", FunctionArn: "f", StartTimestamp: seconds(found.age), Status: found.status };
      }
      case "CompleteCallback":
        this.effects.push(`complete ${subject}`);
        return {};
      case "FailCallback":
        this.effects.push(`fail ${subject}`);
        return {};
      case "Invoke":
        this.effects.push(`run again ${subject.split(":").at(-2) ?? ""}`);
        return {};
      default:
        throw new Error(`Not expected: ${operation} ${path}`);
    }
  }
}

function lambdaOperation(method: string, path: string): string {
  if (path.endsWith("/durable-executions")) return "List";
  if (path.endsWith("/succeed")) return "CompleteCallback";
  if (path.endsWith("/fail")) return "FailCallback";
  if (path.endsWith("/invocations")) return "Invoke";
  return method === "GET" ? "Get" : method;
}

function page(all: readonly unknown[], token: unknown, size: number, list: string, next: string): object {
  const start = Number(token ?? 0);
  return { [list]: all.slice(start, start + size), ...(start + size < all.length && { [next]: String(start + size) }) };
}

const seconds = (age: number) => NOW / 1000 - age * 60;

function describe({ taskArn, environment, lastStatus, desiredStatus, age, stoppedAge, exitCode, stopCode }: WorldTask): object {
  return {
    taskArn,
    lastStatus,
    desiredStatus: desiredStatus ?? lastStatus,
    createdAt: seconds(age),
    startedAt: seconds(age),
    stopCode,
    ...(lastStatus === "STOPPED" && { stoppedAt: seconds(stoppedAge ?? age) }),
    containers: [{ name: "job", exitCode }],
    overrides: { containerOverrides: [{ name: "job", environment: Object.entries(environment).map(([name, value]) => ({ name, value })) }] },
  };
}
