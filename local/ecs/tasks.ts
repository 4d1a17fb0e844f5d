import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { contain } from "../contain.ts";
import type { StackDeclaration } from "../declarations.ts";
import { AwsError } from "../errors.ts";
import type { EventPublisher } from "../events/event.ts";
import type { AccessControl } from "../iam/access.ts";
import type { Identity } from "../identity.ts";
import { type Inspection, repositoryOf } from "../inspect/inspection.ts";
import { killMarked } from "../lambda/stragglers.ts";
import type { LogSink } from "../logs/log-sink.ts";
import type { Store } from "../store/store.ts";
import { Definitions, definitionsSchema } from "./definitions.ts";
import { type Launch, planLaunch, TASK_MARKER, TaskStartError } from "./launch.ts";
import { RoleSessions, rolesOf } from "./roles.ts";
import { secretValues } from "./secrets.ts";
import { TaskFolders } from "./task-folders.ts";
import { TaskRun } from "./task-run.ts";
import { taskEventDetail } from "./task-shape.ts";
import { newTask, statusesUntil, step, type StopCode, stoppedContainers, type Task, type TaskRequest, type TaskStatus } from "./task.ts";
import { taskSchema, TaskTable } from "./task-table.ts";

export const schema = definitionsSchema + taskSchema;

const SPOT = "FARGATE_SPOT";
const HOST_LOST = "The host running the task was lost";

/** ECS tasks as child processes: the life cycle of each, recorded before anybody can see it. */
export class EcsTasks {
  readonly definitions: Definitions;
  readonly table: TaskTable;
  readonly roles: RoleSessions;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly #store: Store;
  readonly #iam: AccessControl;
  readonly #logs: LogSink;
  readonly #events: EventPublisher;
  readonly #endpoint: () => string;
  readonly #runningAtOnce: number;
  readonly #inspection: Pick<Inspection, "variables"> | undefined;
  readonly #folders: TaskFolders;
  readonly #runs = new Map<string, TaskRun>();
  /** Ids of tasks that wait for a place, oldest first. */
  readonly #queue: string[] = [];
  #stopped = false;

  /**
   * @param options.endpoint URL of the gateway, for the tasks' AWS clients
   * @param options.dataFolder where images are unpacked, below `images/`
   * @param options.runningAtOnce 1 or more
   * @param options.inspection jobs that are inspected, by the repositories of their images
   */
  constructor(options: {
    store: Store;
    clock: Clock;
    identity: Identity;
    iam: AccessControl;
    logs: LogSink;
    events: EventPublisher;
    endpoint: () => string;
    dataFolder: string;
    runningAtOnce: number;
    inspection?: Pick<Inspection, "variables">;
  }) {
    const { store, clock, identity, iam, logs, events, endpoint, dataFolder } = options;
    this.definitions = new Definitions({ store, identity, imagesFolder: join(dataFolder, "images") });
    this.table = new TaskTable(store);
    this.#folders = new TaskFolders(join(dataFolder, "tasks"));
    this.roles = new RoleSessions(iam, identity);
    this.identity = identity;
    this.clock = clock;
    this.#store = store;
    this.#iam = iam;
    this.#logs = logs;
    this.#events = events;
    this.#endpoint = endpoint;
    this.#runningAtOnce = options.runningAtOnce;
    this.#inspection = options.inspection;
  }

  /** @throws UserError when an image cannot be made from its Dockerfile */
  apply(declaration: Pick<StackDeclaration, "clusters" | "images" | "taskDefinitions">): void {
    this.definitions.apply(declaration);
  }

  /** Goes on after a kill: tasks that had their processes are reported lost with their host, the others begin. */
  start(): void {
    const open = this.table.open();
    const waiting = open.filter((task) => task.lastStatus === "PROVISIONING");
    const lost = open.filter((task) => task.lastStatus !== "PROVISIONING");
    killMarked(lost.map(markerOf));
    this.#folders.start();
    for (const task of lost) {
      const stop = task.stopCode === undefined ? { stopCode: "TerminationNotice" as const, stoppedReason: HOST_LOST } : {};
      this.#advance(task, "STOPPED", { ...stop, desiredStatus: "STOPPED", containers: stoppedContainers(task, HOST_LOST) });
    }
    this.table.sweep(this.clock.now());
    this.#store.afterCommit(() => this.#enqueue(waiting.map((task) => task.id)));
  }

  /** Ends all processes. Their tasks are left as they are: the next start reports them lost, as after a kill. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const ids = [...this.#runs.keys()];
    const ended = [...this.#runs.values()].map((run) => run.kill());
    killMarked(ids.flatMap((id) => this.table.get(id) ?? []).map(markerOf));
    await Promise.all(ended);
    await Promise.all(ids.map((id) => this.#folders.remove(id)));
  }

  /** Accepts tasks in this turn's transaction; they begin after the commit. */
  create(requests: readonly TaskRequest[]): Task[] {
    const now = this.clock.now();
    const tasks = requests.map((request) => newTask(request, now));
    this.#store.write(() => {
      this.table.sweep(now);
      for (const task of tasks) {
        this.table.insert(task);
        this.#publish(task);
      }
    });
    this.#store.afterCommit(() => this.#enqueue(tasks.map((task) => task.id)));
    return tasks;
  }

  /** Stops a task on behalf of a caller; one that is stopping already goes on as it was. */
  stopTask(task: Task, reason: string): Task {
    if (task.desiredStatus === "STOPPED") return task;
    const run = this.#runs.get(task.id);
    if (run !== undefined) return this.#beginStop(task, run, "UserInitiated", reason);
    const ended = { desiredStatus: "STOPPED", stopCode: "UserInitiated", stoppedReason: reason, containers: stoppedContainers(task) } as const;
    return this.#advance(task, "STOPPED", ended);
  }

  /**
   * Takes a running task's capacity away, as AWS does to FARGATE_SPOT: the task gets SIGTERM, and SIGKILL after its stop time-out (Developer
   * Guide, Fargate Spot termination notices).
   *
   * @throws AwsError for a task that isn't running, or not on FARGATE_SPOT
   */
  interrupt(taskArn: string): Task {
    const task = this.table.get(taskArn.slice(taskArn.lastIndexOf("/") + 1));
    if (task?.arn !== taskArn) throw new AwsError("InvalidParameterException", "The referenced task was not found.");
    const run = this.#runs.get(task.id);
    if (task.capacityProviderName !== SPOT || task.desiredStatus === "STOPPED" || run === undefined) {
      throw new AwsError("InvalidParameterException", `Only running tasks of ${SPOT} can be interrupted: this one is ${task.lastStatus}, on ${task.capacityProviderName ?? "FARGATE"}.`);
    }
    return this.#beginStop(task, run, "SpotInterruption", "Your Spot Task was interrupted.");
  }

  #enqueue(ids: readonly string[]): void {
    this.#queue.push(...ids);
    this.#admit();
  }

  #admit(): void {
    while (!this.#stopped && this.#runs.size < this.#runningAtOnce) {
      const id = this.#queue.shift();
      if (id === undefined) return;
      const task = this.table.get(id);
      // A task may have been stopped while it waited.
      if (task?.lastStatus === "PROVISIONING") this.#begin(task);
    }
  }

  /** Records that the task is about to start before it does, so that a kill in between can never start it twice. */
  #begin(task: Task): void {
    let plan: { launches: readonly Launch[]; accessKeyId: string | undefined };
    try {
      plan = this.#plan(task);
    } catch (error) {
      if (!(error instanceof TaskStartError)) throw error;
      const failed = { desiredStatus: "STOPPED", stopCode: "TaskFailedToStart", stoppedReason: error.message } as const;
      this.#advance(task, "STOPPED", { ...failed, containers: stoppedContainers(task, error.message) });
      return;
    }
    const run = new TaskRun({
      launches: plan.launches,
      accessKeyId: plan.accessKeyId,
      clock: this.clock,
      memoryBytes: Number(task.memory) * 1024 * 1024,
      onLines: ({ logGroupName, logStreamName }, lines) => {
        const timestamp = this.clock.now();
        if (logGroupName !== undefined) this.#logs.append(logGroupName, logStreamName, lines.map((message) => ({ timestamp, message })));
      },
      onRunning: () => this.#running(task.id),
      onContainerEnd: () => this.#containerEnded(task.id, run),
    });
    this.#runs.set(task.id, run);
    const containers = task.containers.map((container) => ({ ...container, imageDigest: this.definitions.image(container.image)?.digest }));
    this.#advance(task, "ACTIVATING", { containers });
    this.#store.afterCommit(() => void this.#spawn(task.id, run));
  }

  /** @throws TaskStartError naming what is missing or not allowed */
  #plan(task: Task): { launches: Launch[]; accessKeyId: string | undefined } {
    const definition = this.definitions.taskDefinition(task.taskDefinitionArn);
    if (definition === undefined) throw new TaskStartError(`The task definition ${task.taskDefinitionArn} is gone.`);
    const roles = rolesOf(definition, task.overrides);
    this.roles.prepare(roles, task, definition);
    const credentials = this.roles.credentials(roles, task);
    const place = { region: this.identity.region, endpoint: this.#endpoint(), speed: this.clock.speed, credentials };
    try {
      const launches = definition.containers.map((container) => {
        const secrets = secretValues(container, process.env);
        const image = this.definitions.image(container.image);
        if (image !== undefined) {
          const launch = planLaunch(task, container, image, { ...place, secrets });
          return { ...launch, environment: this.#inspection?.variables(repositoryOf(container.image), launch.environment) ?? launch.environment };
        }
        throw new TaskStartError(`CannotPullContainerError: ${container.image}: the local stack has no images but those the program builds`);
      });
      return { launches, accessKeyId: credentials?.accessKeyId };
    } catch (error) {
      if (credentials !== undefined) this.#iam.revokeCredentials(credentials.accessKeyId);
      throw error;
    }
  }

  async #spawn(id: string, run: TaskRun): Promise<void> {
    let launches: readonly Launch[] = [];
    try {
      launches = await this.#folders.prepare(id, run.launches);
    } catch (error) {
      run.fail((error as Error).message);
    }
    if (this.#stopped) return;
    contain("The start of a task", () => {
      // It may have been stopped meanwhile.
      if (this.table.get(id)?.desiredStatus === "RUNNING" && launches.length > 0) run.spawn(launches);
      else this.#finish(id, run);
    });
  }

  #running(id: string): void {
    const task = this.table.get(id);
    if (this.#stopped || task?.lastStatus !== "ACTIVATING") return;
    this.#advance(task, "RUNNING", { containers: task.containers.map((container) => ({ ...container, lastStatus: "RUNNING" })) });
  }

  #containerEnded(id: string, run: TaskRun): void {
    if (this.#stopped) return;
    if (run.allEnded) {
      this.#finish(id, run);
      return;
    }
    const task = this.table.get(id);
    if (task?.desiredStatus === "RUNNING" && run.essentialEnded) {
      this.#beginStop(task, run, "EssentialContainerExited", "Essential container in task exited");
    }
  }

  #beginStop(task: Task, run: TaskRun, stopCode: StopCode, stoppedReason: string): Task {
    const containers = run.containersOf(task);
    const stopping = this.#advance(task, "STOPPING", { desiredStatus: "STOPPED", stopCode, stoppedReason, containers });
    this.#store.afterCommit(() => run.requestStop());
    return stopping;
  }

  #finish(id: string, run: TaskRun): void {
    this.#runs.delete(id);
    if (run.accessKeyId !== undefined) this.#iam.revokeCredentials(run.accessKeyId);
    const task = this.table.get(id);
    if (task !== undefined) {
      // What has left the process's group ends with the task all the same, as in a container.
      killMarked([markerOf(task)]);
      const containers = stoppedContainers({ ...task, containers: run.containersOf(task) });
      this.#advance(task, "STOPPED", { ...run.stopOf(task), desiredStatus: "STOPPED", containers });
    }
    void this.#folders.remove(id);
    this.#store.afterCommit(() => this.#admit());
  }

  /** Takes the task through each status up to `last`, with an event for each, in this turn's transaction. */
  #advance(task: Task, last: TaskStatus, changes: Partial<Task>): Task {
    let current = task;
    this.#store.write(() => {
      for (const status of statusesUntil(task, last)) {
        current = step(current, status, changes, this.clock.now());
        this.#publish(current);
      }
      this.table.update(current);
    });
    return current;
  }

  #publish(task: Task): void {
    this.#events.publish({
      source: "aws.ecs",
      detailType: "ECS Task State Change",
      resources: [task.arn],
      detail: taskEventDetail(task, this.identity),
    });
  }
}

function markerOf(task: Task): string {
  return `${TASK_MARKER}=${task.arn}`;
}
