import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient, type LambdaClientConfig } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";

/** Where a stack is, as whom to speak to it, and what it tells about itself. */
export interface Connection {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Of the stack's clock, by which delays shrink; 1 when left out. */
  readonly speed?: number;
  /** Beginning of the names of the executions that are started; Lambda names them when left out. */
  readonly namePrefix?: string;
}

/** What is the same for the clients of all services. */
export type ClientOptions = Pick<LambdaClientConfig, "maxAttempts" | "requestHandler">;

/** The stack's outputs and AWS clients: exactly what a user's script would have. */
export interface StackContext {
  readonly lambda: LambdaClient;
  readonly ecs: ECSClient;
  readonly dynamodb: DynamoDBClient;
  readonly scheduler: SchedulerClient;
  /** Of the stack's clock. */
  readonly speed: number;
  readonly namePrefix?: string | undefined;
  /** @throws Error when the program has no such output */
  readonly output: (name: string) => string;
  destroy(): void;
}

/** @param more where the SDK's own ways with slow and failed requests will not do */
export function createStackContext({ endpoint, region, credentials, outputs, speed = 1, namePrefix }: Connection, more: ClientOptions = {}): StackContext {
  const options = { endpoint, region, credentials, ...more };
  const clients = {
    lambda: new LambdaClient(options),
    ecs: new ECSClient(options),
    dynamodb: new DynamoDBClient(options),
    scheduler: new SchedulerClient(options),
  };
  return {
    ...clients,
    speed,
    namePrefix,
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
