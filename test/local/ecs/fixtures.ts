import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Clock, createClock } from "../../../local/clock.ts";
import type { ContainerDeclaration, RoleDeclaration, TaskDefinitionDeclaration } from "../../../local/declarations.ts";
import { ecsService } from "../../../local/ecs/service.ts";
import { EcsTasks, schema } from "../../../local/ecs/tasks.ts";
import { AwsError } from "../../../local/errors.ts";
import type { BusEvent } from "../../../local/events/event.ts";
import type { ApiCall } from "../../../local/gateway/service.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import { Store } from "../../../local/store/store.ts";
import { createIam, identity, policy, role, trust } from "../iam/fixtures.ts";
import { leftBehind } from "../store/left-behind.ts";

export const CLUSTER = "arn:aws:ecs:eu-west-1:000000000000:cluster/jobs";
export const DEFINITION = "arn:aws:ecs:eu-west-1:000000000000:task-definition/job:3";
export const IMAGE = "000000000000.dkr.ecr.eu-west-1.amazonaws.com/job@sha256:1";
const REPOSITORY = "arn:aws:ecr:eu-west-1:000000000000:repository/job";
const LOG_STREAMS = "arn:aws:logs:eu-west-1:000000000000:log-group:/jobs:*";

const tasksMayAssume = trust("ecs-tasks.amazonaws.com", { ArnLike: { "aws:SourceArn": "arn:aws:ecs:eu-west-1:000000000000:*" } });
export const taskRole = role("task", {}, tasksMayAssume);
export const executionRole = role(
  "execution",
  {
    pull: policy(
      { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      { Effect: "Allow", Action: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource: REPOSITORY },
    ),
    logs: policy({ Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: LOG_STREAMS }),
  },
  tasksMayAssume,
);

export interface TaskAnswer {
  taskArn: string;
  lastStatus: string;
  desiredStatus: string;
  version: number;
  createdAt: number;
  startedAt?: number;
  stoppingAt?: number;
  executionStoppedAt?: number;
  stoppedAt?: number;
  stopCode?: string;
  stoppedReason?: string;
  startedBy?: string;
  capacityProviderName?: string;
  cpu: string;
  tags: { key: string; value: string }[];
  overrides: object;
  containers: { name: string; exitCode?: number; lastStatus: string; reason?: string; imageDigest?: string }[];
}

/** The script of a job that runs until it is killed. */
export const DEAF = 'trap "" TERM; echo "pid $$"; while :; do sleep 0.02; done';

/** A folder that is gone after the test. */
export function temporaryFolder(): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "ecs-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** For `assert.rejects` and `assert.throws`: whether an error is this one of AWS's. */
export function refuses(code: string, message: RegExp | string): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof AwsError, String(error));
    assert.equal(error.code, code);
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  };
}

/** Waits for a condition; fails when it does not come true in time. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `waited too long for ${what}`);
    await sleep(5);
  }
}

/** A process that has ended and that its parent has not asked about yet counts as ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

interface HarnessOptions {
  readonly folder: string;
  readonly file?: string;
  readonly clock?: Clock;
  readonly dockerfile?: string;
  /** Content of `job.sh`, which the image runs. */
  readonly script?: string;
  /** Further files of the build context. */
  readonly files?: Readonly<Record<string, string>>;
  readonly container?: Partial<ContainerDeclaration>;
  readonly definition?: Partial<TaskDefinitionDeclaration>;
  readonly roles?: readonly RoleDeclaration[];
}

/** ECS with real processes and real IAM; the bus and the logs only remember. */
export class EcsHarness {
  readonly store: Store;
  readonly tasks: EcsTasks;
  readonly iam: Iam;
  readonly events: BusEvent[] = [];
  readonly lines: { group: string; stream: string; message: string }[] = [];
  readonly #file: string;

  constructor(options: HarnessOptions) {
    const { folder } = options;
    this.#file = options.file ?? join(folder, "stack.sqlite");
    const context = join(folder, "context");
    writeFiles(context, {
      Dockerfile: options.dockerfile ?? 'FROM scratch\nWORKDIR /app\nCOPY job.sh ./\nENTRYPOINT ["sh", "job.sh"]\n',
      "job.sh": options.script ?? "exit 0",
      ...options.files,
    });
    this.store = Store.open({ file: this.#file, schemas: [schema] });
    this.iam = createIam(options.roles ?? [taskRole, executionRole]);
    this.tasks = new EcsTasks({
      store: this.store,
      clock: options.clock ?? createClock(),
      identity,
      iam: this.iam,
      logs: { append: (group, stream, lines) => this.lines.push(...lines.map(({ message }) => ({ group, stream, message }))) },
      events: { publish: (event) => this.events.push(event) },
      endpoint: () => "http://127.0.0.1:4566",
      dataFolder: join(folder, "data"),
      runningAtOnce: 32,
    });
    const container: ContainerDeclaration = {
      name: "job",
      image: IMAGE,
      environment: { FROM_DEFINITION: "definition", SHADE: "definition" },
      essential: true,
      stopTimeoutSeconds: 30,
      logGroupName: "/jobs",
      logStreamPrefix: "run",
      ...options.container,
    };
    this.tasks.apply({
      clusters: [{ arn: CLUSTER, name: "jobs" }],
      images: [{ imageUri: IMAGE, contextFolder: context, dockerfile: join(context, "Dockerfile") }],
      taskDefinitions: [
        {
          arn: DEFINITION,
          family: "job",
          revision: 3,
          cpu: "256",
          memory: "512",
          taskRoleArn: taskRole.arn,
          executionRoleArn: executionRole.arn,
          containers: [container],
          tags: { project: "durable-workflows" },
          ...options.definition,
        },
      ],
    });
  }

  parse(operation: string, input: object): ApiCall {
    return ecsService(this.tasks).parse({
      method: "POST",
      path: "/",
      query: new URLSearchParams(),
      headers: { "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}` },
      body: Buffer.from(JSON.stringify(input)),
    });
  }

  /** As the gateway does it: nothing is answered before it is on disk. */
  async call<Output>(operation: string, input: object): Promise<Output> {
    const response = await this.parse(operation, input).execute(this.iam.administrator);
    await this.store.committed();
    return JSON.parse(String(response.body)) as Output;
  }

  async run(input: object = {}): Promise<TaskAnswer> {
    const { tasks } = await this.call<{ tasks: TaskAnswer[] }>("RunTask", { ...runInput, ...input });
    return tasks[0]!;
  }

  async describe({ taskArn }: TaskAnswer, input: object = {}): Promise<TaskAnswer> {
    const { tasks } = await this.call<{ tasks: TaskAnswer[] }>("DescribeTasks", { cluster: "jobs", tasks: [taskArn], ...input });
    return tasks[0]!;
  }

  async stopped(task: TaskAnswer): Promise<TaskAnswer> {
    await this.reached(task, "STOPPED");
    return this.describe(task);
  }

  async reached({ taskArn }: TaskAnswer, status: string): Promise<void> {
    await until(() => this.statuses(taskArn).includes(status), `${status} of ${taskArn}; it has ${this.statuses(taskArn).join(", ")}`);
  }

  statuses(taskArn: string): unknown[] {
    return this.events.filter(({ resources }) => resources.includes(taskArn)).map(({ detail }) => detail["lastStatus"]);
  }

  messages(): string[] {
    return this.lines.map(({ message }) => message);
  }

  /** Waits until the task has printed a line that begins so, and returns the rest of it. */
  async printed(prefix: string): Promise<string> {
    const find = () => this.messages().find((message) => message.startsWith(prefix));
    await until(() => find() !== undefined, `the line "${prefix}…"`);
    return find()!.slice(prefix.length);
  }

  /** What is on disk at this moment, which is all that a stack started after `kill -9` finds. */
  snapshot(): string {
    return leftBehind(this.#file);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tasks.stop();
    this.store.close();
  }
}

export const runInput = {
  cluster: "jobs",
  taskDefinition: "job",
  capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
  networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
};

/** RunTask input whose override gives the job these variables. */
export function withEnvironment(environment: Readonly<Record<string, string>>): object {
  return {
    overrides: {
      containerOverrides: [{ name: "job", environment: Object.entries(environment).map(([name, value]) => ({ name, value })) }],
    },
  };
}
