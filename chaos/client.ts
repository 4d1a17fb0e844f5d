import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { setTimeout as delay } from "node:timers/promises";
import { createStackContext, type ClientOptions, type StackContext } from "../operator/stack-context.ts";
import type { StackProcess } from "./stack-process.ts";

/** Longer than a stack stays down, even when it is killed again while it starts. */
const PATIENCE_MS = 90_000;
const PAUSE_MS = 200;
/** A request that hangs is a request to repeat; synchronous invocations take a few seconds at most. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Repeats are up to {@link persist}: the SDK's own would give up before a killed stack is back. */
const ONE_ATTEMPT: ClientOptions = { maxAttempts: 1, requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS } };

/** AWS clients of one stack, over its HTTP door. */
export interface Client extends StackContext {
  readonly logs: CloudWatchLogsClient;
}

export async function connect(stack: StackProcess): Promise<Client> {
  await stack.up();
  const connection = stack.connection();
  const context = createStackContext(connection, ONE_ATTEMPT);
  const logs = new CloudWatchLogsClient({ ...connection, ...ONE_ATTEMPT });
  return {
    ...context,
    logs,
    destroy() {
      context.destroy();
      logs.destroy();
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
