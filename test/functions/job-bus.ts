import "./environment.ts";
import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { createHandler as taskSweep } from "../../functions/task-sweep/handler.ts";
import { createHandler as taskWatchdog } from "../../functions/task-watchdog/handler.ts";
import type { CallbackReport } from "../../local/durable/machine/outside.ts";
import { describeTask, type FakeTask } from "./fake-ecs.ts";
import { TABLE_NAME, type TestJobTable } from "./job-table.ts";
import type { JobWorld } from "./job-world.ts";
import { scripted } from "./scripted-client.ts";

const CLUSTER_ARN = "arn:aws:ecs:eu-central-1:111122223333:cluster/jobs";
const DISPATCH_JOB_ARN = "arn:aws:lambda:eu-west-1:000000000000:function:dispatch-job:live";
const MAX_ATTEMPTS = 3;
const SWEEP_SECONDS = 900;

interface Event {
  readonly "detail-type": string;
  readonly detail: object;
}

/** Seconds after which an event is delivered: once for each number, so none for an event that is lost. */
export type Delivery = (event: { readonly of: "task" | "execution"; readonly status: string }) => readonly number[];

/** The event bus of a world, with the real task-watchdog behind it and the real task-sweep every 15 minutes. */
export class JobBus {
  readonly #jobs: JobWorld;
  readonly #delivery: Delivery;
  readonly #watchdog: (event: unknown) => Promise<void>;
  readonly #sweep: (event: unknown) => Promise<void>;
  readonly #waiting: { readonly at: number; readonly event: Event }[] = [];
  readonly #reported = new Map<FakeTask, string>();
  #executionEvents = 0;
  #sweptAt = 0;

  constructor(jobs: JobWorld, table: TestJobTable, delivery: Delivery) {
    this.#jobs = jobs;
    this.#delivery = delivery;
    const common = { CLUSTER_ARN, JOB_TABLE_NAME: TABLE_NAME, DISPATCH_JOB_ARN, JOB_MAX_ATTEMPTS: MAX_ATTEMPTS };
    const lambda = scripted(new LambdaClient({}), (operation, input) => this.#lambda(operation, input));
    const clients = { ecs: scripted(new ECSClient({}), (operation, input) => this.#ecs(operation, input)), lambda, dynamodb: table.client, log: () => undefined };
    this.#watchdog = taskWatchdog({ ...clients, environment: { ...common, JOB_RECORD_TTL_DAYS: 30 } });
    const time = { now: () => jobs.world.clock.now(), sleep: async () => undefined };
    this.#sweep = taskSweep({ ...clients, environment: { ...common, JOB_FUNCTIONS: [jobs.workflow] }, time });
    jobs.afterStep = () => this.#step();
  }

  async #step(): Promise<void> {
    const { ecs, now, world } = this.#jobs;
    for (const task of ecs.tasks) {
      const status = task.lastStatus === "RUNNING" && task.startedAt === undefined ? undefined : task.lastStatus;
      if (status !== undefined && this.#reported.get(task) !== status) {
        this.#reported.set(task, status);
        this.#publish("task", status, { "detail-type": "ECS Task State Change", detail: JSON.parse(JSON.stringify(this.#describe(task))) as object });
      }
    }
    for (const { detailType, detail } of world.published.slice(this.#executionEvents)) {
      this.#publish("execution", String(detail["status"]), { "detail-type": detailType, detail });
    }
    this.#executionEvents = world.published.length;
    const due = this.#waiting.filter(({ at }) => at <= now).sort((one, other) => one.at - other.at);
    for (const each of due) {
      this.#waiting.splice(this.#waiting.indexOf(each), 1);
      await this.#watchdog(each.event);
      await world.idle();
    }
    if (now >= this.#sweptAt + SWEEP_SECONDS) {
      this.#sweptAt = now;
      await this.#sweep({});
      await world.idle();
    }
  }

  #publish(of: "task" | "execution", status: string, event: Event): void {
    for (const seconds of this.#delivery({ of, status })) this.#waiting.push({ at: this.#jobs.now + seconds, event });
  }

  /** The cluster as the sweep lists it; all else is the world's own. */
  #ecs(operation: string, input: Record<string, unknown>): object {
    const { tasks } = this.#jobs.ecs;
    switch (operation) {
      case "ListTasks":
        return { taskArns: tasks.filter((task) => (input["startedBy"] === undefined || task.startedBy === input["startedBy"]) && task.lastStatus === (input["desiredStatus"] ?? "RUNNING")).map(({ taskArn }) => taskArn) };
      case "DescribeTasks":
        return { tasks: tasks.filter(({ taskArn }) => (input["tasks"] as string[]).includes(taskArn)).map((task) => this.#describe(task)) };
      case "StopTask": {
        const task = tasks.find(({ taskArn }) => taskArn === input["task"]);
        if (task?.lastStatus === "RUNNING") Object.assign(task, { lastStatus: "STOPPED", stopCode: "UserInitiated", stoppedReason: input["reason"], exitCode: 143, stoppedAt: new Date(this.#jobs.world.clock.now()) });
        return {};
      }
      default:
        throw new Error(`Unexpected call: ${operation}`);
    }
  }

  #describe(task: FakeTask): object {
    return { ...describeTask(task), desiredStatus: task.lastStatus, createdAt: this.#jobs.createdAt(task) };
  }

  #lambda(operation: string, input: Record<string, unknown>): object {
    const { engine } = this.#jobs.world;
    switch (operation) {
      case "SendDurableExecutionCallbackSuccess":
        return this.#report(input, { kind: "succeed", result: Buffer.from(input["Result"] as Uint8Array).toString() });
      case "SendDurableExecutionCallbackFailure":
        return this.#report(input, { kind: "fail", error: input["Error"] as object });
      case "GetDurableExecution":
        return engine.queries.get(String(input["DurableExecutionArn"]), true);
      case "ListDurableExecutionsByFunction": {
        const { DurableExecutions } = engine.queries.list({ functionName: String(input["FunctionName"]), statuses: input["Statuses"] as never, reverseOrder: false, maxItems: 1000 });
        return { DurableExecutions: DurableExecutions.map((each) => ({ ...each, StartTimestamp: new Date(Number(each["StartTimestamp"]) * 1000) })) };
      }
      case "Invoke":
        void this.#jobs.world.begin("dispatch-job", JSON.parse(String(input["Payload"])), { name: String(input["DurableExecutionName"]), invocationType: "Event" });
        return {};
      default:
        throw new Error(`Unexpected call: ${operation}`);
    }
  }

  #report(input: Record<string, unknown>, report: CallbackReport): object {
    this.#jobs.world.engine.reportCallback(String(input["CallbackId"]), report);
    return {};
  }
}
