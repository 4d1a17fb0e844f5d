import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { maxAttempts, parseEnvironment } from "../shared/environment.ts";
import { parseInput } from "../shared/input.ts";
import { JobTable } from "../shared/job-record.ts";
import { createLog, type Log } from "../../container/kit/log.ts";
import { sweepInput } from "./input.ts";
import { Pace, type Time } from "./pace.ts";
import { Sweep } from "./sweep.ts";

const sweepEnvironment = z.object({
  CLUSTER_ARN: z.string().min(1),
  JOB_TABLE_NAME: z.string().min(1),
  DISPATCH_JOB_ARN: z.string().min(1),
  JOB_MAX_ATTEMPTS: maxAttempts,
  JOB_FUNCTIONS: z.string().transform((names) => names.split(",")),
});

interface Dependencies {
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
  readonly dynamodb: DynamoDBClient;
  readonly environment: z.output<typeof sweepEnvironment>;
  readonly time: Time;
  readonly log: Log;
}

/** Of the account's quotas for reading executions (GetDurableExecution 30, history 15) and tasks (20) a second, what a sweep may use. */
const REQUESTS_PER_SECOND = 5;

/**
 * Compares all tasks, executions and records every 15 minutes, and repairs what no event has. task-watchdog acts on events, which may be lost.
 * A sweep that fails, or that comes twice, does no harm: Lambda runs it again, and the next one starts over.
 */
export const createHandler = ({ ecs, lambda, dynamodb, environment, time, log }: Dependencies) => {
  const pace = new Pace(time, REQUESTS_PER_SECOND);
  const clients = { ecs: pace.limit(ecs), lambda: pace.limit(lambda) };
  const table = new JobTable(dynamodb, environment.JOB_TABLE_NAME);
  return async (event: unknown): Promise<void> => {
    const { settleSeconds } = parseInput(sweepInput, event);
    const sweep = new Sweep({
      ...clients,
      table,
      reporting: { lambda: clients.lambda, table, dispatchJobArn: environment.DISPATCH_JOB_ARN, maxAttempts: environment.JOB_MAX_ATTEMPTS },
      clusterArn: environment.CLUSTER_ARN,
      jobFunctions: environment.JOB_FUNCTIONS,
      settleMs: settleSeconds * 1000,
      time,
      log,
    });
    const startedAt = time.now();
    try {
      await sweep.run();
    } finally {
      log("INFO", "Swept", { ...sweep.repaired, seconds: Math.round((time.now() - startedAt) / 1000) });
    }
  };
};

export const handler = createHandler({
  ecs: new ECSClient({ maxAttempts: 8 }),
  lambda: new LambdaClient({ maxAttempts: 8 }),
  dynamodb: new DynamoDBClient({}),
  environment: parseEnvironment(sweepEnvironment),
  time: { now: Date.now, sleep },
  log: createLog({}),
});
