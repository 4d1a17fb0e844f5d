import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
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
  POLL_INITIAL_SECONDS: 5,
  POLL_MAX_SECONDS: 600,
  POLL_BACKOFF_RATE: 2,
  HEARTBEAT_TIMEOUT_SECONDS: 60,
  JOB_TABLE_NAME: "jobs",
  JOB_RECORD_TTL_DAYS: 30,
  OCCURRENCE_TABLE_NAME: "occurrences",
  OCCURRENCE_TTL_DAYS: 400,
};
const identity = { partition: "aws", region: "eu-central-1", accountId: "111122223333" };
const TABLES = { jobs: "jobId", occurrences: "occurrence" };

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
  /** What becomes of a task that has started. */
  job: (task: FakeTask) => void = (task) => this.outside.after(20, () => this.succeed(task));

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
    this.lambda = outside.observe(scripted(new LambdaClient({}), (operation, input) => this.#reportCallback(operation, input)));
  }

  /** A job that reports its result and exits. */
  succeed(task: FakeTask): void {
    const { CALLBACK_ID } = task.environment;
    if (CALLBACK_ID !== undefined) this.outside.succeedCallback(CALLBACK_ID, '"done"');
    Object.assign(task, exited(0));
  }

  /** A task that stops before its job has reported; the watchdog fails the callback. */
  stop(task: FakeTask, end: Partial<FakeTask>, error: { readonly ErrorType: string; readonly ErrorMessage: string }): void {
    const { CALLBACK_ID } = task.environment;
    Object.assign(task, end);
    if (CALLBACK_ID !== undefined) this.outside.failCallback(CALLBACK_ID, error);
  }

  #executeOnTable(operation: string, input: object): object {
    try {
      return this.tables.execute(operation, input);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "ConditionalCheckFailedException") throw error;
      throw new ConditionalCheckFailedException({ message: error.message, $metadata: {} });
    }
  }

  /** Lambda as a workflow's own role calls it. */
  #reportCallback(operation: string, { CallbackId, Error: error }: Record<string, unknown>): object {
    if (operation === "SendDurableExecutionCallbackHeartbeat") this.outside.heartbeat(String(CallbackId));
    else this.outside.failCallback(String(CallbackId), error as { ErrorType: string; ErrorMessage: string });
    return {};
  }
}
