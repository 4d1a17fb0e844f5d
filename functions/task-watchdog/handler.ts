import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { hasEnded } from "../../operator/execution-status.ts";
import { isExecutionOf } from "../shared/execution.ts";
import { maxAttempts, parseEnvironment, wholeDays } from "../shared/environment.ts";
import { parseInput } from "../shared/input.ts";
import { JobTable } from "../shared/job-record.ts";
import { jobTask, type TaskState } from "../shared/job-task.ts";
import { createLog, type Log } from "../../container/kit/log.ts";
import { outcomeOf } from "../shared/stopped-task.ts";
import { orphanReason, stopTasksOf } from "../shared/orphans.ts";
import { reportStopped } from "../shared/stop-report.ts";
import { stopTask } from "../shared/task.ts";
import { closeRecordOf } from "./ended-execution.ts";
import { type ExecutionStatusChange, watchdogEvent } from "./input.ts";

const watchdogEnvironment = z.object({
  CLUSTER_ARN: z.string().min(1),
  JOB_TABLE_NAME: z.string().min(1),
  DISPATCH_JOB_ARN: z.string().min(1),
  JOB_MAX_ATTEMPTS: maxAttempts,
  JOB_RECORD_TTL_DAYS: wholeDays,
});

interface Dependencies {
  readonly ecs: ECSClient;
  readonly lambda: LambdaClient;
  readonly dynamodb: DynamoDBClient;
  readonly environment: z.output<typeof watchdogEnvironment>;
  readonly log: Log;
}

/**
 * Keeps executions and tasks together, in both directions: a task that stops without reporting fails whoever waits for it, an execution
 * that ends takes its tasks along. Events come at least once and in any order; each is handled so that a repeat changes nothing.
 */
export const createHandler = ({ ecs, lambda, dynamodb, environment, log }: Dependencies) => {
  const clusterArn = environment.CLUSTER_ARN;
  const reporting = {
    lambda,
    table: new JobTable(dynamodb, environment.JOB_TABLE_NAME),
    dispatchJobArn: environment.DISPATCH_JOB_ARN,
    maxAttempts: environment.JOB_MAX_ATTEMPTS,
  };

  async function onTaskStateChange(detail: TaskState): Promise<void> {
    const task = jobTask(detail);
    if (task === undefined) {
      return;
    }
    const { executionArn, attempt, report, stop } = task;
    const subject = { executionArn, operationName: "run-task", attempt, taskArn: stop.taskArn };
    if (detail.lastStatus === "STOPPED") {
      await reportStopped(task, reporting);
      const outcome = outcomeOf(stop);
      const { exitCode, stopCode } = stop;
      log(outcome.kind === "succeeded" ? "INFO" : "WARN", "A task stopped", { ...subject, reportTo: report.to, outcome: outcome.kind, exitCode, stopCode, stopReason: stop.stoppedReason });
    } else if (detail.lastStatus === "RUNNING" && detail.desiredStatus !== "STOPPED") {
      const reason = await orphanReason(task, lambda, reporting.table, { leaveSucceeded: true });
      if (reason !== undefined) {
        await stopTask(ecs, clusterArn, stop.taskArn, reason);
        log("WARN", "A task was stopped", { ...subject, reason });
      }
    }
  }

  async function onExecutionStatusChange({ durableExecutionArn, status }: ExecutionStatusChange): Promise<void> {
    if (!hasEnded(status)) {
      return;
    }
    if (isExecutionOf(environment.DISPATCH_JOB_ARN, durableExecutionArn)) {
      // Of a dispatched job that is well, the task outlives the execution.
      if (status === "SUCCEEDED") {
        return;
      }
      // Before its tasks are stopped: their own reports would say less about why the job failed, or run it again.
      await closeRecordOf(durableExecutionArn, status, environment.JOB_RECORD_TTL_DAYS, lambda, reporting.table);
    }
    const stopped = await stopTasksOf(durableExecutionArn, status, ecs, clusterArn);
    log("INFO", "An execution ended", { executionArn: durableExecutionArn, operationName: "run-task", status, stopped });
  }

  return async (event: unknown): Promise<void> => {
    const parsed = parseInput(watchdogEvent, event);
    switch (parsed["detail-type"]) {
      case "ECS Task State Change":
        return onTaskStateChange(parsed.detail);
      case "Durable Execution Status Change":
        return onExecutionStatusChange(parsed.detail);
    }
  };
};

// Throttled calls are tried for longer here: GetDurableExecution allows 30 calls a second in the whole account.
const clientConfiguration = { maxAttempts: 8 };

export const handler = createHandler({
  ecs: new ECSClient(clientConfiguration),
  lambda: new LambdaClient(clientConfiguration),
  dynamodb: new DynamoDBClient(clientConfiguration),
  environment: parseEnvironment(watchdogEnvironment),
  log: createLog({}),
});
