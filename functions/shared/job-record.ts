import { GetItemCommand, paginateQuery, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { JobRecords, OPEN, OPEN_STATUSES, type RecordedError, STATUSES, unlessRefused } from "../../container/kit/job-records.ts";
import type { JobRequest } from "./declared-jobs.ts";
import { executionId } from "./execution.ts";

const jobError = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  exitCode: z.number().optional(),
  stopReason: z.string().optional(),
});

const jobRecord = z.object({
  jobId: z.string(),
  status: z.enum(STATUSES),
  /** Name of its declaration. Records of earlier versions have none. */
  job: z.string().default("sample"),
  /** Checked when it was recorded. */
  input: z.unknown(),
  executionArn: z.string(),
  attempt: z.number(),
  /** ISO 8601. */
  updatedAt: z.string(),
  error: jobError.optional(),
});

const openJob = jobRecord.pick({ jobId: true, executionArn: true, attempt: true, status: true }).extend({ taskArn: z.string().optional() });

/** What the functions read of a job's record; the table holds more, for people. */
export type JobRecord = z.output<typeof jobRecord>;
export type JobError = RecordedError;
/** What the index of open jobs holds of a record. */
export type OpenJob = z.output<typeof openJob>;

/** Reports whether the job of a record is still to be run or running. */
export function isOpen({ status }: Pick<JobRecord, "status">): boolean {
  return OPEN_STATUSES.some((open) => open === status);
}

/** Index of the records with the attribute `open`. */
export const OPEN_JOBS_INDEX = "open-jobs";

/** Attributes that the index holds beside its keys. A heartbeat changes none of them, and so costs no write of the index. */
export const OPEN_JOBS_ATTRIBUTES = ["executionArn", "attempt", "status", "taskArn"];

interface NewJob extends JobRequest {
  readonly jobId: string;
  readonly executionArn: string;
  /** Days after which DynamoDB removes the record. */
  readonly ttlDays: number;
}

/** One item per dispatched job. A closed status (SUCCEEDED, FAILED) is never overwritten, except that a FAILED job may be run again. */
export class JobTable extends JobRecords {
  /** Records a new job as STARTING. @returns false when there is a record of this id already */
  async create(job: NewJob): Promise<boolean> {
    return this.#put(job, { status: "STARTING", ...OPEN });
  }

  /**
   * Records a job as FAILED whose execution ended before it recorded the job. The record keeps a write of that execution that is
   * still on its way from opening the job: StopDurableExecution doesn't interrupt an invocation. It holds the input, so that the job can
   * be run again.
   *
   * @returns false when there is a record of this id already
   */
  async createFailed(job: NewJob, error: JobError): Promise<boolean> {
    return this.#put(job, { status: "FAILED", error });
  }

  /** @returns the record as last written, or undefined when there is none */
  async find(jobId: string): Promise<JobRecord | undefined> {
    const { Item } = await this.dynamodb.send(
      new GetItemCommand({ TableName: this.tableName, Key: marshall({ jobId }), ConsistentRead: true }),
    );
    return Item && jobRecord.parse(unmarshall(Item));
  }

  /** Every record in the index of open jobs: eventually consistent, so a record found here may have been closed. */
  async listOpen(): Promise<OpenJob[]> {
    const open: OpenJob[] = [];
    const query = {
      TableName: this.tableName,
      IndexName: OPEN_JOBS_INDEX,
      KeyConditionExpression: "#open = :open",
      ExpressionAttributeNames: { "#open": "open" },
      ExpressionAttributeValues: marshall({ ":open": OPEN.open }),
    };
    for await (const { Items = [] } of paginateQuery({ client: this.dynamodb }, query)) {
      open.push(...Items.map((item) => openJob.parse(unmarshall(item))).filter(isOpen));
    }
    return open;
  }

  /**
   * Opens a FAILED job for its next attempt, on behalf of an execution, and lets the record live as long as that of a new job.
   *
   * @returns false when the record has changed, or the execution is marked as ended
   */
  async reopen(record: JobRecord, executionArn: string, ttlDays: number): Promise<boolean> {
    return this.update(record.jobId, {
      set: { status: "STARTING", attempt: record.attempt + 1, executionArn, expiresAt: expiry(ttlDays), ...OPEN },
      remove: ["taskArn", "result", "error"],
      onlyIf: { status: ["FAILED"], attempt: record.attempt },
      unlessEnded: executionId(executionArn),
    });
  }

  /**
   * Marks an execution as ended, so that a {@link reopen} of it that is still on its way is refused. The mark is never removed: the same
   * write may come again until the execution's last invocation is over.
   */
  async markEnded(jobId: string, executionArn: string): Promise<void> {
    await unlessRefused(
      this.dynamodb.send(
        new UpdateItemCommand({
          TableName: this.tableName,
          Key: marshall({ jobId }),
          UpdateExpression: "ADD endedExecutions :ended",
          ConditionExpression: "attribute_exists(jobId)",
          ExpressionAttributeValues: marshall({ ":ended": new Set([executionId(executionArn)]) }),
        }),
      ),
    );
  }

  /** Notes which task works on the job. */
  async setTask(jobId: string, attempt: number, taskArn: string): Promise<boolean> {
    return this.update(jobId, { set: { taskArn }, onlyIf: { status: STATUSES, attempt } });
  }

  /** Closes the job that an execution has dispatched. @returns false when its record is closed, or another execution's */
  async setExecutionFailed(jobId: string, executionArn: string, error: JobError): Promise<boolean> {
    return this.close(jobId, { status: "FAILED", error }, { executionArn });
  }

  #put({ jobId, job, input, executionArn, ttlDays }: NewJob, state: Readonly<Record<string, unknown>>): Promise<boolean> {
    const now = new Date().toISOString();
    const item = { jobId, job, input, executionArn, attempt: 1, createdAt: now, updatedAt: now, expiresAt: expiry(ttlDays), ...state };
    return unlessRefused(
      this.dynamodb.send(
        new PutItemCommand({
          TableName: this.tableName,
          Item: marshall(item, { removeUndefinedValues: true }),
          ConditionExpression: "attribute_not_exists(jobId)",
        }),
      ),
    );
  }
}

/** @returns seconds since 1970, as DynamoDB's time to live takes them */
function expiry(ttlDays: number): number {
  return Math.floor(Date.now() / 1000) + ttlDays * 86_400;
}
