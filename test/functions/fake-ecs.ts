import { ECSClient } from "@aws-sdk/client-ecs";
import { scripted } from "./scripted-client.ts";

export interface FakeTask {
  readonly taskArn: string;
  readonly startedBy: string;
  readonly environment: Readonly<Record<string, string>>;
  lastStatus: "RUNNING" | "STOPPED";
  startedAt?: Date;
  stoppedAt?: Date;
  stopCode?: string;
  stoppedReason?: string;
  exitCode?: number;
}

export const exited = (exitCode: number): Partial<FakeTask> => ({
  lastStatus: "STOPPED",
  exitCode,
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
  stoppedAt: new Date("2026-01-01T00:01:00Z"),
});

export const interrupted: Partial<FakeTask> = {
  lastStatus: "STOPPED",
  stopCode: "SpotInterruption",
  stoppedReason: "Your Spot Task was interrupted.",
  stoppedAt: new Date("2026-01-01T00:01:00Z"),
};

/** ECS accepted the task and had no capacity for it. */
export const notPlaced: Partial<FakeTask> = {
  lastStatus: "STOPPED",
  startedAt: undefined,
  stopCode: "TaskFailedToStart",
  stoppedReason: "Capacity is unavailable at this time.",
  stoppedAt: new Date("2026-01-01T00:01:00Z"),
};

interface RunTaskInput {
  readonly clientToken: string;
  readonly startedBy: string;
  readonly overrides: { readonly containerOverrides: readonly { readonly environment: readonly { readonly name: string; readonly value: string }[] }[] };
}

/** An ECS that starts a task once per client token and lets the test say what becomes of each task. */
export class FakeEcs {
  readonly tasks: FakeTask[] = [];
  readonly calls: { operation: string; input: Record<string, unknown> }[] = [];
  readonly client: ECSClient;
  readonly #tokens = new Map<string, FakeTask>();
  /** Called before an operation is answered; may throw in its place. */
  before: (operation: string, call: number) => void = () => undefined;
  /** Answers an operation in place of the fake, if it returns something. */
  answer: (operation: string, call: number, input: Record<string, unknown>) => object | undefined = () => undefined;
  /** Called after RunTask has started a task: a throw loses its answer. */
  started: (task: FakeTask) => void = () => undefined;
  /** What a new task becomes, by its number from 1 and its client token. */
  readonly #becomes: (task: number, clientToken: string) => Partial<FakeTask>;

  constructor(becomes: (task: number, clientToken: string) => Partial<FakeTask> = () => ({})) {
    this.#becomes = becomes;
    this.client = scripted(new ECSClient({}), (operation, input) => this.#answer(operation, input));
  }

  count(operation: string): number {
    return this.calls.filter((call) => call.operation === operation).length;
  }

  #answer(operation: string, input: Record<string, unknown>): object {
    this.calls.push({ operation, input });
    this.before(operation, this.count(operation));
    const answer = this.answer(operation, this.count(operation), input);
    if (answer !== undefined) return answer;
    switch (operation) {
      case "RunTask":
        return { tasks: [this.#run(input as unknown as RunTaskInput)], failures: [] };
      case "DescribeTasks": {
        const asked = input["tasks"] as string[];
        const tasks = this.tasks.filter(({ taskArn }) => asked.includes(taskArn)).map(describeTask);
        return { tasks, failures: tasks.length < asked.length ? [{ reason: "MISSING" }] : [] };
      }
      case "StopTask": {
        const task = this.tasks.find(({ taskArn }) => taskArn === input["task"]);
        if (task?.lastStatus === "RUNNING") Object.assign(task, { lastStatus: "STOPPED", stopCode: "UserInitiated", stoppedReason: input["reason"], exitCode: task.startedAt && (task.exitCode ?? 143) });
        return { task: task && describeTask(task) };
      }
      case "ListTasks":
        return { taskArns: this.tasks.filter((task) => task.lastStatus === "RUNNING" && task.startedBy === input["startedBy"]).map((task) => task.taskArn) };
      default:
        throw new Error(`Unexpected call: ${operation}`);
    }
  }

  #run({ clientToken, startedBy, overrides }: RunTaskInput): FakeTask {
    const present = this.#tokens.get(clientToken);
    if (present) return present;
    const number = this.tasks.length + 1;
    const task: FakeTask = {
      taskArn: `arn:aws:ecs:eu-central-1:111122223333:task/jobs/${number}`,
      startedBy,
      environment: Object.fromEntries(overrides.containerOverrides[0]!.environment.map(({ name, value }) => [name, value])),
      lastStatus: "RUNNING",
      startedAt: new Date("2026-01-01T00:00:00Z"),
      ...this.#becomes(number, clientToken),
    };
    this.tasks.push(task);
    this.#tokens.set(clientToken, task);
    this.started(task);
    return task;
  }
}

export function describeTask({ taskArn, lastStatus, stopCode, stoppedReason, startedAt, stoppedAt, exitCode, environment }: FakeTask): object {
  const variables = Object.entries(environment).map(([name, value]) => ({ name, value }));
  const overrides = { containerOverrides: [{ name: "job", environment: variables }] };
  return { taskArn, lastStatus, stopCode, stoppedReason, startedAt, stoppedAt, containers: [{ name: "job", exitCode }], overrides };
}
