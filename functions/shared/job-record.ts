import { ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand, paginateQuery, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { executionId } from "./execution.ts";
import { jobInput, type JobInput } from "./job-contract.ts";

const jobError = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  exitCode: z.number().optional(),
  stopReason: z.string().optional(),
});

const OPEN_STATUSES = ["STARTING", "RUNNING"] as const;
const STATUSES = [...OPEN_STATUSES, "SUCCEEDED", "FAILED"] as const;

const jobRecord = z.object({
  jobId: z.string(),
  status: z.enum(STATUSES),
  input: jobInput,
  executionArn: z.string(),
  attempt: z.number(),
  /** ISO 8601. */
  updatedAt: z.string(),
  error: jobError.optional(),
});

const openJob = jobRecord.pick({ jobId: true, executionArn: true, attempt: true, status: true }).extend({ taskArn: z.string().optional() });

/** What the functions read of a job's record; the table holds more, for people. */
export type JobRecord = z.output<typeof jobRecord>;
export type JobError = z.output<typeof jobError>;
/** What the index of open jobs holds of a record. */
export type OpenJob = z.output<typeof openJob>;

/** Reports whether the job of a record is still to be run or running. */
export function isOpen({ status }: Pick<JobRecord, "status">): boolean {
  return OPEN_STATUSES.some((open) => open === status);
}

/**
 * Every record with this attribute is in the table's index of open jobs ({@link OPEN_JOBS_INDEX}); the others are not, because
 * DynamoDB leaves items without the index's key out of it. A hint only: `status` decides.
 */
const OPEN = { open: "open" } as const;

export const OPEN_JOBS_INDEX = "open-jobs";

/** Attributes that the index holds beside its keys. A heartbeat changes none of them, and so costs no write of the index. */
export const OPEN_JOBS_ATTRIBUTES = ["executionArn", "attempt", "status", "taskArn"];

interface NewJob {
  readonly jobId: string;
  readonly input: JobInput;
  readonly executionArn: string;
  /** Days after which DynamoDB removes the record. */
  readonly ttlDays: number;
}

interface Change {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  /** Conditions, all of which must hold. */
  readonly onlyIf: { readonly status: readonly JobRecord["status"][]; readonly attempt?: number; readonly executionArn?: string };
  /** Id of an execution that must not be marked as ended. */
  readonly unlessEnded?: string;
}

/** One item per dispatched job. A closed status (SUCCEEDED, FAILED) is never overwritten, except that a FAILED job may be run again. */
export class JobTable {
  readonly #dynamodb: DynamoDBClient;
  readonly #tableName: string;

  constructor(dynamodb: DynamoDBClient, tableName: string) {
    this.#dynamodb = dynamodb;
    this.#tableName = tableName;
  }

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
    const { Item } = await this.#dynamodb.send(
      new GetItemCommand({ TableName: this.#tableName, Key: marshall({ jobId }), ConsistentRead: true }),
    );
    return Item && jobRecord.parse(unmarshall(Item));
  }

  /** Every record in the index of open jobs: eventually consistent, so a record found here may have been closed. */
  async listOpen(): Promise<OpenJob[]> {
    const open: OpenJob[] = [];
    const query = {
      TableName: this.#tableName,
      IndexName: OPEN_JOBS_INDEX,
      KeyConditionExpression: "#open = :open",
      ExpressionAttributeNames: { "#open": "open" },
      ExpressionAttributeValues: marshall({ ":open": OPEN.open }),
    };
    for await (const { Items = [] } of paginateQuery({ client: this.#dynamodb }, query)) {
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
    return this.#update(record.jobId, {
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
      this.#dynamodb.send(
        new UpdateItemCommand({
          TableName: this.#tableName,
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
    return this.#update(jobId, { set: { taskArn }, onlyIf: { status: STATUSES, attempt } });
  }

  /** The job is alive. @returns false when its record is closed or belongs to another attempt: nobody waits for this one */
  async setRunning(jobId: string, attempt: number): Promise<boolean> {
    return this.#update(jobId, { set: { status: "RUNNING", ...OPEN }, onlyIf: { status: OPEN_STATUSES, attempt } });
  }

  /** @returns false when the record had been closed before */
  async setSucceeded(jobId: string, attempt: number, result: unknown): Promise<boolean> {
    return this.#close(jobId, { status: "SUCCEEDED", result }, { attempt });
  }

  /** @returns false when the record had been closed before */
  async setFailed(jobId: string, attempt: number, error: JobError): Promise<boolean> {
    return this.#close(jobId, { status: "FAILED", error }, { attempt });
  }

  /** Closes the job that an execution has dispatched. @returns false when its record is closed, or another execution's */
  async setExecutionFailed(jobId: string, executionArn: string, error: JobError): Promise<boolean> {
    return this.#close(jobId, { status: "FAILED", error }, { executionArn });
  }

  #close(jobId: string, set: Readonly<Record<string, unknown>>, owner: { readonly attempt: number } | { readonly executionArn: string }): Promise<boolean> {
    return this.#update(jobId, { set, remove: Object.keys(OPEN), onlyIf: { status: OPEN_STATUSES, ...owner } });
  }

  #put({ jobId, input, executionArn, ttlDays }: NewJob, state: Readonly<Record<string, unknown>>): Promise<boolean> {
    const now = new Date().toISOString();
    const item = { jobId, input, executionArn, attempt: 1, createdAt: now, updatedAt: now, expiresAt: expiry(ttlDays), ...state };
    return unlessRefused(
      this.#dynamodb.send(
        new PutItemCommand({
          TableName: this.#tableName,
          Item: marshall(item, { removeUndefinedValues: true }),
          ConditionExpression: "attribute_not_exists(jobId)",
        }),
      ),
    );
  }

  async #update(jobId: string, { set: given, remove = [], onlyIf: { status, ...equal }, unlessEnded }: Change): Promise<boolean> {
    const set: Record<string, unknown> = { ...given, updatedAt: new Date().toISOString() };
    const conditions = [
      ...Object.keys(equal).map((name) => `#${name} = :is${name}`),
      `#status IN (${status.map((each) => `:is${each}`).join(", ")})`,
      ...(unlessEnded === undefined ? [] : ["NOT contains(#endedExecutions, :unlessEnded)"]),
    ];
    const names = ["status", ...Object.keys(equal), ...Object.keys(set), ...remove, ...(unlessEnded === undefined ? [] : ["endedExecutions"])];
    const values = {
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
      ...Object.fromEntries(Object.entries(equal).map(([name, value]) => [`:is${name}`, value])),
      ...Object.fromEntries(status.map((each) => [`:is${each}`, each])),
      ...(unlessEnded !== undefined && { ":unlessEnded": unlessEnded }),
    };
    const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
    const removals = remove.length > 0 ? ` REMOVE ${remove.map((name) => `#${name}`).join(", ")}` : "";
    return unlessRefused(
      this.#dynamodb.send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: marshall({ jobId }),
          UpdateExpression: `SET ${assignments.join(", ")}${removals}`,
          ConditionExpression: conditions.join(" AND "),
          // Names such as `status` and `result` are reserved words.
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }),
        }),
      ),
    );
  }
}

/** @returns seconds since 1970, as DynamoDB's time to live takes them */
function expiry(ttlDays: number): number {
  return Math.floor(Date.now() / 1000) + ttlDays * 86_400;
}

/** @returns whether the condition of the write held */
async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return false;
    }
    throw error;
  }
}
