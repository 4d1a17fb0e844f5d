import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import * as z from "zod";
import { taskClientConfiguration } from "../shared/clients.ts";
import { isJob, type JobRequest } from "../shared/declared-jobs.ts";
import { durableHandler } from "../shared/durable-handler.ts";
import { parseEnvironment, taskEnvironment } from "../shared/environment.ts";
import { unwrapOperationError, WorkflowError } from "../shared/errors.ts";
import { executionId } from "../shared/execution.ts";
import { environmentOf } from "../shared/job-environment.ts";
import { assertFitsTask } from "../shared/job-request.ts";
import { isOpen, JobTable } from "../shared/job-record.ts";
import { retryTransient } from "../shared/retry.ts";
import { TaskSteps } from "../shared/task-steps.ts";
import { dispatchJobInput } from "./input.ts";

const dispatchJobEnvironment = taskEnvironment.extend({
  JOB_TABLE_NAME: z.string().min(1),
  JOB_RECORD_TTL_DAYS: z.coerce.number().int().positive(),
});

interface Dependencies {
  readonly ecs: ECSClient;
  readonly dynamodb: DynamoDBClient;
  readonly environment: z.output<typeof dispatchJobEnvironment>;
}

export interface DispatchJobResult {
  readonly jobId: string;
  readonly taskArn: string;
  readonly status: "DISPATCHED";
}

interface RecordedJob extends JobRequest {
  readonly jobId: string;
  readonly attempt: number;
}

/** Starts a job and returns at once; the task writes its status and result into the job's record. */
export const createHandler = ({ ecs, dynamodb, environment }: Dependencies) => {
  const table = new JobTable(dynamodb, environment.JOB_TABLE_NAME);
  const ttlDays = environment.JOB_RECORD_TTL_DAYS;
  return durableHandler(dispatchJobInput(environment.JOB_TIME_LIMIT_SECONDS), async (input, context): Promise<DispatchJobResult> => {
    const { durableExecutionArn: executionArn } = context.executionContext;
    const job = await context.step(
      "record-job",
      () => ("retryOf" in input ? reopen(table, input.retryOf, executionArn, ttlDays) : create(table, input, executionArn, ttlDays)),
      { retryStrategy: retryTransient },
    );
    try {
      const steps = new TaskSteps(context, ecs, environmentOf(environment, job.job));
      const taskArn = await steps.run(job.attempt, job, { to: "record", jobId: job.jobId });
      await context.step("record-task", () => table.setTask(job.jobId, job.attempt, taskArn), { retryStrategy: retryTransient });
      return { jobId: job.jobId, taskArn, status: "DISPATCHED" };
    } catch (error) {
      // Nobody else would ever close the record of a job that has no task.
      await context.step("record-failure", () => table.setFailed(job.jobId, job.attempt, describe(error)), { retryStrategy: retryTransient });
      throw error;
    }
  });
};

async function create(table: JobTable, request: JobRequest, executionArn: string, ttlDays: number): Promise<RecordedJob> {
  const jobId = executionId(executionArn);
  if (!(await table.create({ jobId, ...request, executionArn, ttlDays }))) {
    await assertOpen(table, jobId, executionArn);
  }
  return { jobId, attempt: 1, ...request };
}

/** A record that this execution finds is its own, written before the step was checkpointed, or says that the execution has ended. */
async function assertOpen(table: JobTable, jobId: string, executionArn: string): Promise<void> {
  const record = await table.find(jobId);
  if (record?.executionArn !== executionArn || !isOpen(record)) {
    throw new WorkflowError("JobFailed", `Job ${jobId} was closed before it began`);
  }
}

async function reopen(table: JobTable, jobId: string, executionArn: string, ttlDays: number): Promise<RecordedJob> {
  const record = await table.find(jobId);
  if (record === undefined) {
    throw new WorkflowError("InvalidInput", `retryOf: there is no job ${jobId}`);
  }
  const { job, input, attempt } = record;
  if (!isJob(job)) {
    throw new WorkflowError("InvalidInput", `retryOf: job ${jobId} is one of ${job}, which is not declared any more`);
  }
  const request = { job, input };
  assertFitsTask(request);
  if (record.executionArn === executionArn && isOpen(record)) {
    // This execution opened it already, and died before the step was checkpointed.
    return { jobId, attempt, ...request };
  }
  if (record.status !== "FAILED" || !(await table.reopen(record, executionArn, ttlDays))) {
    const reason = record.status === "FAILED" ? "was opened by another execution meanwhile" : `is ${record.status}; only a FAILED job can be run again`;
    throw new WorkflowError("InvalidInput", `retryOf: job ${jobId} ${reason}`);
  }
  return { jobId, attempt: attempt + 1, ...request };
}

function describe(error: unknown): { errorType: string; errorMessage: string } {
  const cause = unwrapOperationError(error);
  return cause instanceof Error ? { errorType: cause.name, errorMessage: cause.message } : { errorType: "Error", errorMessage: String(cause) };
}

export const handler = createHandler({
  ecs: new ECSClient(taskClientConfiguration),
  dynamodb: new DynamoDBClient({}),
  environment: parseEnvironment(dispatchJobEnvironment),
});
