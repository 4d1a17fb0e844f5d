import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeTasksCommand } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import type { JobDeclaration } from "../../../container/kit/define-job.ts";
import { DECLARED_JOBS, type JobName } from "../../../functions/shared/declared-jobs.ts";
import { createHandler as taskWatchdog } from "../../../functions/task-watchdog/handler.ts";
import { DynamoDb } from "../../../local/dynamodb/dynamodb.ts";
import { schema } from "../../../local/dynamodb/tables.ts";
import { AwsError } from "../../../local/errors.ts";
import { Store } from "../../../local/store/store.ts";
import type { Outside } from "../../kit/outside.ts";
import { environment as schedulesEnvironment, FakeScheduler } from "../create-reminder/fake-scheduler.ts";
import { exited, FakeEcs, type FakeTask } from "../fake-ecs.ts";
import { scripted } from "../scripted-client.ts";
import { taskEnvironment } from "../task-environment.ts";

const environment = {
  ...taskEnvironment,
  ...schedulesEnvironment,
  JOB_TIME_LIMIT_SECONDS: 120,
  JOB_MAX_ATTEMPTS: 3,
  HEARTBEAT_TIMEOUT_SECONDS: 60,
  JOB_TABLE_NAME: "jobs",
  JOB_RECORD_TTL_DAYS: 30,
  OCCURRENCE_TABLE_NAME: "occurrences",
  OCCURRENCE_TTL_DAYS: 400,
  DISPATCH_JOB_ARN: "arn:aws:lambda:eu-central-1:111122223333:function:dispatch-job:live",
};
const identity = { partition: "aws", region: "eu-central-1", accountId: "111122223333" };
const TABLES = { jobs: "jobId", occurrences: "occurrence" };

const sampleInput = z.object({ message: z.string(), processingTime: z.number(), fail: z.object({ exitCode: z.number(), error: z.string().optional() }).optional() });

/** Of a job without the kit: by the example with the task's input. */
function exitCodeOf({ environment }: FakeTask): number {
  const job: JobDeclaration = DECLARED_JOBS[environment["JOB_NAME"] as JobName];
  const isOf = (input: unknown) => Object.entries(job.run?.(input).environment ?? { JOB_INPUT: JSON.stringify(input) }).every(([name, value]) => environment[name] === value);
  return job.examples?.find(({ input }) => isOf(input))?.exitCode ?? 0;
}

/** What every workflow's `createHandler` takes, with a platform on which all goes well. A scenario changes what differs. */
export class CrashWorld {
  readonly environment = { ...environment };
  readonly outside: Outside;
  readonly fakeEcs = new FakeEcs();
  readonly fakeScheduler = new FakeScheduler();
  readonly tables: DynamoDb;
  readonly ecs;
  readonly scheduler;
  readonly dynamodb;
  readonly lambda;
  readonly now = (): number => Date.now();
  /** What becomes of a task that has started. A job without the kit exits as its examples say, and says nothing else. */
  job: (task: FakeTask) => void = (task) => (task.environment["JOB_REPORTS"] === "kit" ? this.runSample(task) : this.outside.after(5, () => this.stop(task, exited(exitCodeOf(task)))));
  readonly #watchdog;

  constructor(outside: Outside) {
    this.outside = outside;
    this.fakeEcs.started = (task) => this.job(task);
    this.fakeScheduler.now = this.now;
    this.tables = new DynamoDb({ store: Store.open({ file: ":memory:", schemas: [schema] }), clock: outside, identity });
    const tables = Object.entries(TABLES).map(([name, hashKey]) => ({ name, hashKey, arn: `arn:aws:dynamodb:eu-central-1:111122223333:table/${name}`, attributes: [{ name: hashKey, type: "S" as const }] }));
    this.tables.apply({ tables });
    this.ecs = outside.observe(this.fakeEcs.client);
    this.scheduler = outside.observe(this.fakeScheduler.client);
    this.dynamodb = outside.observe(scripted(new DynamoDBClient({}), (operation, input) => this.#executeOnTable(operation, input)));
    this.lambda = outside.observe(scripted(new LambdaClient({}), (operation, input) => this.#callLambda(operation, input)));
    this.#watchdog = taskWatchdog({ ecs: this.ecs, lambda: this.lambda, dynamodb: this.dynamodb, environment, log: () => undefined });
  }

  /** The sample job: takes its time, reports, and exits. */
  runSample(task: FakeTask): void {
    const { JOB_INPUT, CALLBACK_ID } = task.environment;
    const { message, processingTime, fail } = sampleInput.parse(JSON.parse(JOB_INPUT ?? ""));
    this.outside.after(processingTime, () => {
      if (CALLBACK_ID !== undefined && fail === undefined) this.outside.succeedCallback(CALLBACK_ID, JSON.stringify({ message }));
      if (CALLBACK_ID !== undefined && fail?.error !== undefined) this.outside.failCallback(CALLBACK_ID, { ErrorType: "JobFailed", ErrorMessage: fail.error });
      return this.stop(task, exited(fail?.exitCode ?? 0));
    });
  }

  /** Stops a task, of which task-watchdog is notified. */
  async stop(task: FakeTask, end: Partial<FakeTask>): Promise<void> {
    Object.assign(task, end);
    const { tasks = [] } = await this.ecs.send(new DescribeTasksCommand({ tasks: [task.taskArn] }));
    for (const detail of tasks) await this.#watchdog({ "detail-type": "ECS Task State Change", detail });
  }

  #executeOnTable(operation: string, input: object): object {
    try {
      return this.tables.execute(operation, input);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "ConditionalCheckFailedException") throw error;
      throw new ConditionalCheckFailedException({ message: error.message, $metadata: {} });
    }
  }

  #callLambda(operation: string, { CallbackId, Error: error, Result: result }: Record<string, unknown>): object {
    const callbackId = String(CallbackId);
    switch (operation) {
      case "SendDurableExecutionCallbackHeartbeat":
        this.outside.heartbeat(callbackId);
        return {};
      case "SendDurableExecutionCallbackSuccess":
        this.outside.succeedCallback(callbackId, Buffer.from(result as Uint8Array).toString());
        return {};
      case "SendDurableExecutionCallbackFailure":
        this.outside.failCallback(callbackId, error as { ErrorType: string; ErrorMessage: string });
        return {};
      default:
        throw new Error(`Unexpected call: ${operation}`);
    }
  }
}
