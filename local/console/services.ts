import type { AdjustableClock } from "../clock.ts";
import type { ExecutionBrowser } from "../durable/browse.ts";
import type { DurableEngine } from "../durable/engine.ts";
import type { ExecutionRow } from "../durable/repository.ts";
import type { DynamoDb } from "../dynamodb/dynamodb.ts";
import type { TaskBrowser } from "../ecs/task-browser.ts";
import type { EcsTasks } from "../ecs/tasks.ts";
import type { Credentials } from "../iam/access.ts";
import type { Iam } from "../iam/iam.ts";
import type { AsyncInvoker, FunctionVersion } from "../lambda/function-version.ts";
import type { FunctionRegistry } from "../lambda/registry.ts";
import type { LogStore } from "../logs/log-store.ts";
import type { ReloadState } from "../reload/reload-state.ts";
import type { Scheduler } from "../scheduler/scheduler.ts";
import type { MessageBrowser } from "../sqs/message-browser.ts";
import type { Store } from "../store/store.ts";

/** What the console is given: the services behind the AWS APIs. */
export interface ConsoleOptions {
  readonly store: Store;
  readonly clock: AdjustableClock;
  /** Name of the Pulumi stack, which is part of every function's name. */
  readonly stack: string;
  /** The stack outputs, as the program has them now. */
  readonly outputs: () => Readonly<Record<string, unknown>>;
  readonly iam: Iam;
  readonly logs: LogStore;
  readonly registry: FunctionRegistry;
  readonly engine: DurableEngine;
  readonly asyncInvoker: AsyncInvoker;
  readonly tasks: EcsTasks;
  readonly scheduler: Scheduler;
  readonly dynamodb: DynamoDb;
  readonly reload: Readonly<ReloadState>;
  /** Whose access key the console's token comes from. */
  readonly developer: Credentials;
}

export interface ConsoleServices extends ConsoleOptions {
  readonly executions: ExecutionBrowser;
  readonly taskBrowser: TaskBrowser;
  readonly messages: MessageBrowser;
}

/** The function's name without the prefix that all functions of the stack have. */
export function workflowOf({ stack }: Pick<ConsoleOptions, "stack">, functionName: string): string {
  const prefix = `-${stack}-`;
  const at = functionName.indexOf(prefix);
  return at === -1 ? functionName : functionName.slice(at + prefix.length);
}

/** The version that callers of the alias `live` get, or the newest. */
export function currentVersion(services: Pick<ConsoleOptions, "registry" | "stack">, workflow: string): FunctionVersion | undefined {
  const newest = services.registry.functions().find(({ functionName }) => workflowOf(services, functionName) === workflow);
  if (newest === undefined) return undefined;
  return services.registry.aliases(newest.functionArn).find(({ name }) => name === "live")?.version ?? newest;
}

/** The version that an execution ran on; the newest one where that is not kept any more; nothing where the function is gone, too. */
export function versionOf({ registry }: Pick<ConsoleOptions, "registry">, row: Pick<ExecutionRow, "functionName" | "version">): FunctionVersion | undefined {
  return registry.find(`${row.functionName}:${row.version}`) ?? registry.newest(row.functionName);
}
