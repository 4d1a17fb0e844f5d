import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { setTimeout as delay } from "node:timers/promises";
import type { StackProcess } from "./stack-process.ts";

/** Longer than a stack stays down, even when it is killed again while it starts. */
const PATIENCE_MS = 90_000;
const PAUSE_MS = 200;
/** A request that hangs is a request to repeat; synchronous invocations take a few seconds at most. */
const REQUEST_TIMEOUT_MS = 30_000;

/** AWS clients of one stack, over its HTTP door. */
export interface Client {
  readonly lambda: LambdaClient;
  readonly ecs: ECSClient;
  readonly dynamodb: DynamoDBClient;
  readonly scheduler: SchedulerClient;
  readonly logs: CloudWatchLogsClient;
  /** @throws Error when the program has no such output */
  output(name: string): string;
  destroy(): void;
}

export async function connect(stack: StackProcess): Promise<Client> {
  await stack.up();
  const { endpoint, region, credentials, outputs } = stack.connection();
  // Repeats are up to `persist`: the SDK's own would give up before a killed stack is back.
  const options = { endpoint, region, credentials, maxAttempts: 1, requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS } };
  const clients = {
    lambda: new LambdaClient(options),
    ecs: new ECSClient(options),
    dynamodb: new DynamoDBClient(options),
    scheduler: new SchedulerClient(options),
    logs: new CloudWatchLogsClient(options),
  };
  return {
    ...clients,
    output(name) {
      const value = outputs[name];
      if (typeof value !== "string") throw new Error(`The program has no stack output "${name}".`);
      return value;
    },
    destroy() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/**
 * Repeats a request until it has an answer, as a client of AWS does: after broken connections, 5xx and throttling.
 *
 * @throws the refusal, or the last failure when the stack does not come back
 */
export async function persist<T>(request: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error;
      await delay(PAUSE_MS);
    }
  }
}

function isPassing(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  return status === undefined || status === 429 || status >= 500;
}
