import "../environment.ts";
import { LambdaClient } from "@aws-sdk/client-lambda";
import type { Log } from "../../../container/kit/log.ts";
import { JobTable } from "../../../functions/shared/job-record.ts";
import { createHandler } from "../../../functions/task-watchdog/handler.ts";
import { FakeEcs, type FakeTask } from "../fake-ecs.ts";
import { TABLE_NAME, TestJobTable } from "../job-table.ts";
import { scripted } from "../scripted-client.ts";

export const CLUSTER_ARN = "arn:aws:ecs:eu-central-1:111122223333:cluster/jobs";
export const DISPATCH_JOB_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:dispatch-job:live";
export const EXECUTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:poll-job:1/durable-execution/name/execution-1";

export type Call = readonly [operation: string, input: Record<string, unknown>];

export interface Lambda {
  readonly client: LambdaClient;
  readonly calls: Call[];
}

export function fakeLambda(answer: (operation: string) => object = () => ({})): Lambda {
  const calls: Call[] = [];
  const client = scripted(new LambdaClient({}), (operation, input) => {
    calls.push([operation, input]);
    return answer(operation);
  });
  return { client, calls };
}

export const taskEvent = (task: Partial<FakeTask> & { readonly desiredStatus?: string }, report: Record<string, string>) => ({
  version: "0",
  "detail-type": "ECS Task State Change",
  source: "aws.ecs",
  detail: {
    clusterArn: CLUSTER_ARN,
    taskArn: "arn:aws:ecs:eu-central-1:111122223333:task/jobs/1",
    lastStatus: task.lastStatus ?? "RUNNING",
    desiredStatus: task.desiredStatus ?? task.lastStatus ?? "RUNNING",
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: [{ name: "job", exitCode: task.exitCode }],
    overrides: {
      containerOverrides: [
        { name: "job", environment: Object.entries({ EXECUTION_ARN, JOB_ATTEMPT: "1", ...report }).map(([name, value]) => ({ name, value })) },
      ],
    },
  },
});

export const executionEvent = (status: string, durableExecutionArn = EXECUTION_ARN) => ({
  "detail-type": "Durable Execution Status Change",
  source: "aws.lambda",
  detail: { durableExecutionArn, status },
});

/** What the tests of one file work on: a table, and a watchdog that uses it. */
export function useWatchdog() {
  const table = TestJobTable.use();
  return {
    table,
    records: () => new JobTable(table.client, TABLE_NAME),
    handlerFor: (lambda: Lambda, ecs = new FakeEcs(), log: Log = () => undefined) =>
      createHandler({
        ecs: ecs.client,
        lambda: lambda.client,
        dynamodb: table.client,
        environment: { CLUSTER_ARN, JOB_TABLE_NAME: TABLE_NAME, DISPATCH_JOB_ARN, JOB_MAX_ATTEMPTS: 2, JOB_RECORD_TTL_DAYS: 30 },
        log,
      }),
    /** Puts a record. @returns what a task's environment says of it */
    record: async (jobId: string, change: Record<string, unknown> = {}) => {
      await table.put({ jobId, status: "RUNNING", attempt: 1, executionArn: EXECUTION_ARN, updatedAt: "2026-01-01T00:00:00.000Z", input: { message: "hello", processingTime: 1 }, ...change });
      return { REPORT_TO: "record", JOB_ID: jobId };
    },
  };
}
