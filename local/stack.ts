import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { adminService } from "./admin/service.ts";
import { createClock } from "./clock.ts";
import { contain } from "./contain.ts";
import { Console } from "./console/console.ts";
import { schema as deploymentSchema } from "./deployment/declaration-row.ts";
import { Deployment } from "./deployment/deployment.ts";
import { descriptorLimit, shareDescriptors } from "./descriptors.ts";
import { DurableEngine, schema as durableSchema } from "./durable/engine.ts";
import { durableRoutes } from "./durable/routes.ts";
import { DynamoDb } from "./dynamodb/dynamodb.ts";
import { dynamodbService } from "./dynamodb/service.ts";
import { schema as dynamodbSchema } from "./dynamodb/tables.ts";
import { ecsService } from "./ecs/service.ts";
import { EcsTasks, schema as ecsSchema } from "./ecs/tasks.ts";
import { EventBus, schema as eventsSchema } from "./events/bus.ts";
import { eventsService } from "./events/service.ts";
import type { BusEvent, EventPublisher } from "./events/event.ts";
import { restJsonService } from "./gateway/rest-json-protocol.ts";
import { findPort } from "./gateway/find-port.ts";
import { Gateway } from "./gateway/server.ts";
import type { Credentials } from "./iam/access.ts";
import { developerCredentials } from "./iam/developer-credentials.ts";
import { Iam } from "./iam/iam.ts";
import { LOCAL_ACCOUNT_ID, type Identity } from "./identity.ts";
import type { InspectPort } from "./inspect/inspect-port.ts";
import { Inspection, type InspectOptions } from "./inspect/inspection.ts";
import { AsyncQueue } from "./lambda/async-queue.ts";
import { DeadLetters } from "./lambda/dead-letters.ts";
import { EnvironmentPool } from "./lambda/pool.ts";
import { FunctionRegistry } from "./lambda/registry.ts";
import { lambdaRoutes } from "./lambda/routes.ts";
import { killMarked } from "./lambda/stragglers.ts";
import { schema as lambdaSchema } from "./lambda/schema.ts";
import { StateDoor } from "./lambda/state-door.ts";
import { LogStore } from "./logs/log-store.ts";
import { logsService } from "./logs/logs-service.ts";
import { PausableTime } from "./pausable-time.ts";
import { evaluateProgram } from "./program/evaluate.ts";
import type { RegisteredResource } from "./program/resource.ts";
import { schema as revisionsSchema } from "./program/revisions.ts";
import { notSimulated } from "./providers/not-simulated.ts";
import { Reloader } from "./reload/reloader.ts";
import { ReloadState, type ReloadOutcome } from "./reload/reload-state.ts";
import { Scheduler, schema as schedulerSchema } from "./scheduler/scheduler.ts";
import { schedulerService } from "./scheduler/service.ts";
import { Queues, schema as queuesSchema } from "./sqs/queues.ts";
import { sqsService } from "./sqs/service.ts";
import { Parameters } from "./ssm/parameters.ts";
import { ssmService } from "./ssm/service.ts";
import { setAsideDamagedRows } from "./store/damaged-rows.ts";
import { explainFileError, takeDataFolder } from "./store/data-folder.ts";
import { Store } from "./store/store.ts";
import { stsService } from "./sts/service.ts";

/**
 * Of functions' processes, apart from the stack's own. It outlives data folders: the first environment of a fresh one
 * need not load the part of Node that strips types from the bootstrap, 20 MiB of memory.
 */
const COMPILE_CACHE = fileURLToPath(new URL("../.build/function-compile-cache", import.meta.url));

/** A Node process takes 44 MiB and up, so this many fit a laptop; further tasks stay PROVISIONING until one has ended. */
const TASKS_AT_ONCE = 32;

export interface StackOptions {
  /** Folder of the Pulumi program. */
  readonly projectFolder: string;
  /** Pulumi stack name: which `Pulumi.<stack>.yaml` is read. */
  readonly stack: string;
  readonly dataFolder: string;
  /** 0 for any free port. */
  readonly port: number;
  /** How many declared seconds pass in one real second. */
  readonly speed: number;
  /** How many tasks run at once at most, 1 or more; others wait in PROVISIONING. Default 32. */
  readonly tasksAtOnce?: number;
  /** Consecutive failed invocations that fail a durable execution. Default: no limit. */
  readonly invocationAttempts?: number;
  /** What debuggers may attach to. Default: nothing. */
  readonly inspect?: InspectOptions;
  /** Told of every event on the bus, such as the status changes of executions and tasks. */
  readonly onEvent?: (event: BusEvent) => void;
  /** Told when nothing can be promised any more, such as on a full disk. */
  readonly onFatal: (error: Error) => void;
  /** Where set, saved changes of the program's files are put into effect. Called for each. */
  readonly onReload?: (outcome: ReloadOutcome) => void;
  /** Ends the start when aborted, leaving nothing behind; once the stack is up, `stop` does. */
  readonly signal?: AbortSignal;
}

export interface RunningStack {
  readonly endpoint: string;
  /** Address of the console, with the token that opens it. */
  readonly consoleUrl: string;
  readonly region: string;
  /** Of the local developer, who may do everything. */
  readonly credentials: Credentials;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly functionCount: number;
  /** What the program declared, in the order of registration. */
  readonly resources: readonly RegisteredResource[];
  /** Decides what the program's roles may do, and remembers what they were refused. */
  readonly iam: Iam;
  /** What differs from AWS in the program's tasks, in plain words. */
  readonly startNotes: readonly string[];
  /** What the program declares and does not run here: resource types, properties, policies, outputs; one line each. */
  readonly notSimulated: readonly string[];
  /** Where debuggers attach: to which function or job, at which port of 127.0.0.1. */
  readonly inspectPorts: readonly Pick<InspectPort, "name" | "port" | "attached">[];
  stop(): Promise<void>;
}

/**
 * Evaluates the Pulumi program and runs what it declares.
 *
 * @throws UserError when the program, its settings, the data folder or the port stand in the way
 * @throws the reason of `signal` when it is aborted before the stack is up
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  try {
    return await start(options);
  } catch (error) {
    throw explainFileError(error, options.dataFolder);
  }
}

async function start(options: StackOptions): Promise<RunningStack> {
  // What has been opened, to be closed in reverse, whether the start fails or the stack is stopped one day.
  await using opened = new AsyncDisposableStack();
  const port = await findPort(options.port);
  const folder = takeDataFolder(options.dataFolder);
  opened.defer(() => folder.release());
  // Functions' processes that have outlived a killed stack on this folder; those of tasks are known to ECS.
  killMarked([`LAMBDA_TASK_ROOT=${functionsFolderOf(options)}/`]);
  const store = Store.open({
    file: folder.store,
    schemas: [revisionsSchema, deploymentSchema, lambdaSchema, durableSchema, ecsSchema, eventsSchema, schedulerSchema, queuesSchema, dynamodbSchema],
    onFatal: options.onFatal,
  });
  opened.defer(() => store.close());
  setAsideDamagedRows(store, log);
  const endpoint = `http://127.0.0.1:${port}`;
  const { projectFolder, stack, signal } = options;
  const request = { projectFolder, stack, endpoint };
  const evaluation = await evaluateProgram(request, signal);
  const credentials = developerCredentials(options.dataFolder);
  const identity: Identity = { partition: "aws", region: evaluation.region, accountId: LOCAL_ACCOUNT_ID };
  const services = createServices(store, identity, endpoint, credentials, options);
  const { deployment } = services;
  opened.defer(() => services.logs.close());
  opened.defer(() => services.gateway.close());
  // Deferred one by one, last first: the first to stop is the last deferred.
  for (const service of services.stopped.toReversed()) opened.defer(async () => service.stop());
  await deployment.deploy(evaluation);
  opened.defer(() => services.inspection.close());
  if (options.inspect !== undefined) await services.inspection.open(options.inspect, deployment.publication.resources, () => services.time.hold());
  await services.gateway.listen(port);
  signal?.throwIfAborted();
  for (const service of services.resumed) contain("The start of a service", () => service.start());
  if (options.onReload !== undefined) {
    const reloader = new Reloader({ request, dataFolder: options.dataFolder, deployment, state: services.reload, onReload: options.onReload });
    opened.defer(() => reloader.stop());
    reloader.start();
  }
  const toClose = opened.move();
  return {
    endpoint,
    region: evaluation.region,
    credentials,
    consoleUrl: `${endpoint}/?token=${services.console.token}`,
    get outputs() {
      return deployment.publication.outputs;
    },
    get resources() {
      return deployment.publication.resources;
    },
    get functionCount() {
      return deployment.functionCount;
    },
    iam: services.iam,
    get startNotes() {
      return services.tasks.definitions.startNotes;
    },
    get notSimulated() {
      return notSimulated(deployment.evaluation);
    },
    inspectPorts: services.inspection.ports,
    stop: () => toClose.disposeAsync(),
  };
}

function createServices(store: Store, identity: Identity, endpointUrl: string, administrator: Credentials, options: StackOptions) {
  const time = new PausableTime();
  const clock = createClock(options.speed, time);
  const inspection = new Inspection(options.projectFolder);
  const shares = shareDescriptors(descriptorLimit());
  const endpoint = () => endpointUrl;
  const iam = new Iam({ identity, administrator });
  const logs = new LogStore({ file: join(options.dataFolder, "logs.sqlite"), clock });
  const queues = new Queues({ store, clock, identity, endpoint });
  const dynamodb = new DynamoDb({ store, clock, identity });
  const parameters = new Parameters({ clock, identity });
  const registry = new FunctionRegistry({ store, identity });
  // The engine invokes through the pool, whose processes checkpoint through the engine.
  const stateDoor = new StateDoor({
    engine: { checkpoint: (request) => engine.checkpoint(request), getExecutionState: (request) => engine.getExecutionState(request) },
    iam,
    store,
  });
  const pool = new EnvironmentPool({ clock, identity, iam, logs, endpoint, stateDoor, compileCacheFolder: COMPILE_CACHE, environments: shares.environments, inspection });
  const deadLetters = new DeadLetters({ queues, iam, identity, logs, clock });
  // The engine reports to the bus, and the bus starts functions through the engine.
  const events: EventPublisher = {
    publish(event) {
      bus.publish(event);
      store.afterCommit(() => {
        deployment.noticed(event);
        options.onEvent?.(event);
      });
    },
  };
  const { stack, invocationAttempts } = options;
  const engine: DurableEngine = new DurableEngine({ store, clock, identity, invoker: pool, events, functions: registry, deadLetters, iam, invocationAttempts });
  const asyncInvoker = new AsyncQueue({ store, clock, functions: registry, invoker: pool, executions: engine, deadLetters });
  const bus: EventBus = new EventBus({ store, clock, identity, iam, invoker: asyncInvoker, queues });
  const tasks = new EcsTasks({ store, clock, identity, iam, logs, events, endpoint, dataFolder: options.dataFolder, runningAtOnce: Math.min(options.tasksAtOnce ?? TASKS_AT_ONCE, shares.tasks), inspection });
  const scheduler = new Scheduler({ store, clock, identity, iam, invoker: asyncInvoker, queues });
  const reload = new ReloadState();
  const webConsole: Console = new Console({ store, clock, reload, stack, outputs: () => deployment.publication.outputs, iam, logs, registry, engine, asyncInvoker, tasks, scheduler, dynamodb, developer: administrator });
  const gateway = new Gateway({
    store,
    iam,
    pages: webConsole,
    connections: shares.connections,
    log,
    services: [
      restJsonService({ signingName: "lambda", routes: [...lambdaRoutes({ identity, registry, invoker: pool, asyncInvoker, executions: engine, logs }), ...durableRoutes(engine)] }),
      ecsService(tasks),
      schedulerService(scheduler),
      dynamodbService(dynamodb),
      sqsService(queues),
      eventsService(bus, identity),
      ssmService(parameters),
      logsService(logs, identity),
      stsService(),
      adminService({ clock, engine, tasks }),
    ],
  });
  const deployment: Deployment = new Deployment({
    store,
    registry,
    pool,
    scheduler,
    tasks,
    logs,
    services: [iam, queues, parameters, dynamodb, bus, tasks, scheduler, webConsole],
    functionsFolder: functionsFolderOf(options),
    outputsFile: join(options.dataFolder, "outputs.json"),
    connection: { endpoint: endpointUrl, region: identity.region, credentials: administrator },
  });
  return {
    deployment,
    reload,
    time,
    inspection,
    iam,
    gateway,
    console: webConsole,
    tasks,
    logs,
    resumed: [queues, bus, asyncInvoker, tasks, { start: () => engine.resume() }, scheduler],
    /** Sources of new work first, so that nothing starts while the rest goes down. */
    stopped: [deployment, webConsole, scheduler, bus, asyncInvoker, engine, pool, tasks, queues],
  };
}

function functionsFolderOf({ dataFolder }: StackOptions): string {
  return join(dataFolder, "functions");
}

function log(message: string): void {
  process.stderr.write(`${message}\n`);
}
