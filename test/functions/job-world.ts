import "./environment.ts";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type CheckpointDurableExecutionRequest, LambdaClient } from "@aws-sdk/client-lambda";
import { type DurableExecutionClient, DurableExecutionInvocationInputWithClient, type DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import type { Context } from "aws-lambda";
import { createHandler as callbackJob } from "../../functions/callback-job/handler.ts";
import { createHandler as dispatchJob } from "../../functions/dispatch-job/handler.ts";
import { createHandler as pollJob } from "../../functions/poll-job/handler.ts";
import type { CallbackReport } from "../../local/durable/machine/outside.ts";
import { World } from "../local/durable/world.ts";
import { exited, FakeEcs, type FakeTask } from "./fake-ecs.ts";
import { awsError, scripted } from "./scripted-client.ts";
import { taskEnvironment } from "./task-environment.ts";

export const JOB_WORKFLOWS = ["poll-job", "callback-job", "dispatch-job"] as const;
export type JobWorkflow = (typeof JOB_WORKFLOWS)[number];

const STEP_SECONDS = 5;
const YEAR_SECONDS = 31_536_000;
const environment = {
  ...taskEnvironment,
  JOB_MAX_ATTEMPTS: 3,
  HEARTBEAT_TIMEOUT_SECONDS: 60,
  JOB_TABLE_NAME: "jobs",
  JOB_RECORD_TTL_DAYS: 30,
};

/** A job workflow on the local durable engine with its callbacks' clocks, a fake ECS, and simulated time. */
export class JobWorld {
  readonly world = new World();
  readonly ecs: FakeEcs;
  /** Callbacks that the workflow itself has failed. */
  readonly closed: string[] = [];
  /** What the job does in each five seconds. */
  job: (task: FakeTask) => unknown = (task) => this.runFor(task, 30);
  /** Called after each five seconds. */
  afterStep: () => Promise<unknown> = async () => undefined;
  /** Whether there is more to wait for. */
  goesOn: () => boolean | Promise<boolean> = () => this.status === "RUNNING";
  /** Operation before whose outcome, or wait before whose start, is recorded the function's process dies, once. */
  diesIn?: string;
  input: object = { message: "hello", processingTime: 5 };
  /** Seconds from RunTask to the job's first line. */
  startsWithin = 10;
  readonly workflow: JobWorkflow;
  readonly #created = new Map<FakeTask, number>();
  executionArn = "";

  static readonly #open = new Set<World>();

  /** Closes the worlds of a file's tests, and gives back the clock. */
  static closeAfterEach(): void {
    const { now } = Date;
    afterEach(() => {
      Date.now = now;
      for (const world of JobWorld.#open) world.close();
      JobWorld.#open.clear();
    });
  }

  /** @param dynamodb where `dispatch-job` keeps its records; left out for a table that accepts everything and keeps nothing */
  constructor(workflow: JobWorkflow, change: Partial<typeof environment> = {}, dynamodb = scripted(new DynamoDBClient({}), () => ({}))) {
    JobWorld.#open.add(this.world);
    // The workflows' steps read the time of the world as well.
    Date.now = () => this.world.clock.now();
    this.workflow = workflow;
    this.ecs = new FakeEcs(() => ({ startedAt: undefined }));
    this.ecs.started = (task) => void this.#created.set(task, this.now);
    const handler = this.#handler({ ...environment, ...change }, dynamodb);
    const durable = { executionTimeoutSeconds: YEAR_SECONDS, retentionDays: 1 };
    this.world.raw(workflow, async (event, requestId) => {
      const input = new DurableExecutionInvocationInputWithClient(JSON.parse(event) as never, this.#engineClient());
      const context = { awsRequestId: requestId, getRemainingTimeInMillis: () => 60_000 } as Context;
      try {
        return { kind: "response", payload: JSON.stringify(await handler(input, context)) };
      } catch (error) {
        return { kind: "error", errorType: (error as Error).name, errorMessage: (error as Error).message };
      }
    }, { durable });
  }

  /** Seconds since the world began. */
  get now(): number {
    return (this.world.clock.now() - Date.UTC(2026, 0, 1)) / 1000;
  }

  get status(): string {
    return this.world.get(this.executionArn).Status;
  }

  get error(): { ErrorType?: string; ErrorMessage?: string } | undefined {
    return this.world.get(this.executionArn).Error;
  }

  get errorMessage(): string {
    return this.error?.ErrorMessage ?? "";
  }

  operations(name: string): number {
    return new Set(this.world.history(this.executionArn).flatMap((event) => (event.Name === name ? [event.Id] : []))).size;
  }

  /** Runs an execution to its end. @param seconds of simulated time that it has */
  async run(seconds: number): Promise<void> {
    this.executionArn = await this.world.begin(this.workflow, this.input, { invocationType: "Event" });
    await this.world.idle();
    await this.goOn(seconds);
  }

  /** Lets a started execution go on. @param seconds of simulated time from the world's beginning */
  async goOn(seconds: number): Promise<void> {
    while (this.now < seconds && (await this.goesOn())) {
      for (const task of this.ecs.tasks) await this.#live(task);
      await this.world.pass(STEP_SECONDS);
      await this.afterStep();
    }
  }

  /** Sends a report of the job. @returns false when nobody waits for it */
  report(task: FakeTask, report: CallbackReport): boolean {
    try {
      this.world.engine.reportCallback(task.environment["CALLBACK_ID"]!, report);
      return true;
    } catch {
      return false;
    }
  }

  createdAt(task: FakeTask): Date {
    return new Date(Date.UTC(2026, 0, 1) + this.#created.get(task)! * 1000);
  }

  runsSince(task: FakeTask): number {
    return this.now - this.#created.get(task)! - this.startsWithin;
  }

  /** A job that is well: heartbeats, and a result. */
  runFor(task: FakeTask, seconds: number): void {
    const over = this.runsSince(task) >= seconds;
    if (task.environment["REPORT_TO"] === "callback") {
      this.report(task, over ? { kind: "succeed", result: '"done"' } : { kind: "heartbeat" });
    }
    if (over) Object.assign(task, exited(0));
  }

  async #live(task: FakeTask): Promise<void> {
    if (task.lastStatus === "STOPPED" || this.runsSince(task) < 0) return;
    task.startedAt ??= new Date(this.world.clock.now());
    await this.job(task);
  }

  #handler(settings: typeof environment, dynamodb: DynamoDBClient): DurableLambdaHandler {
    const ecs = this.ecs.client;
    switch (this.workflow) {
      case "poll-job":
        return pollJob({ ecs, environment: settings });
      case "callback-job":
        return callbackJob({ ecs, lambda: this.#lambda(), environment: settings });
      case "dispatch-job":
        return dispatchJob({ ecs, dynamodb, environment: settings });
    }
  }

  /** Lambda as the workflow's own role calls it. */
  #lambda(): LambdaClient {
    return scripted(new LambdaClient({}), (operation, input) => {
      const callbackId = String(input["CallbackId"]);
      if (operation === "SendDurableExecutionCallbackHeartbeat") {
        this.world.engine.reportCallback(callbackId, { kind: "heartbeat" });
      } else {
        this.closed.push(callbackId);
        this.world.engine.reportCallback(callbackId, { kind: "fail", error: input["Error"] as never });
      }
      return {};
    });
  }

  #engineClient(): DurableExecutionClient {
    const { engine, store } = this.world;
    const committed = async <T>(answer: T): Promise<T> => {
      await store.committed();
      return answer;
    };
    return {
      checkpoint: (request: CheckpointDurableExecutionRequest) => {
        if (request.Updates?.some(({ Name, Type, Action }) => Name === this.diesIn && (Action === "SUCCEED" || Type === "WAIT"))) {
          delete this.diesIn;
          throw awsError("ServiceException", 500, "The process has died");
        }
        return committed(engine.checkpoint(request as never));
      },
      getExecutionState: (request: unknown) => committed(engine.getExecutionState(request as never)),
    } as unknown as DurableExecutionClient;
  }
}
