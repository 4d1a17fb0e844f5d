import { ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import { jobInput, type JobInput } from "./job-contract.ts";

const jobError = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  exitCode: z.number().optional(),
  stopReason: z.string().optional(),
});

const jobRecord = z.object({
  jobId: z.string(),
  status: z.enum(["STARTING", "RUNNING", "SUCCEEDED", "FAILED"]),
  input: jobInput,
  executionArn: z.string(),
  attempt: z.number(),
  error: jobError.optional(),
});

/** What the functions read of a job's record; the table holds more, for people. */
export type JobRecord = z.output<typeof jobRecord>;
export type JobError = z.output<typeof jobError>;

/** One item per dispatched job. A closed status (SUCCEEDED, FAILED) is never overwritten, except that a FAILED job may be run again. */
export class JobTable {
  readonly #dynamodb: DynamoDBClient;
  readonly #tableName: string;

  constructor(dynamodb: DynamoDBClient, tableName: string) {
    this.#dynamodb = dynamodb;
    this.#tableName = tableName;
  }

  /** Records a new job as STARTING; a repeat by the same execution changes nothing. @param ttlDays after which DynamoDB drops the record */
  async create(job: { jobId: string; input: JobInput; executionArn: string; ttlDays: number }): Promise<void> {
    const now = new Date();
    const item = {
      jobId: job.jobId,
      status: "STARTING",
      input: job.input,
      executionArn: job.executionArn,
      attempt: 1,
      createdAt: now.toISOString(),
      updatedAt: now.toISOString(),
      expiresAt: Math.floor(now.getTime() / 1000) + job.ttlDays * 86_400,
    };
    await unlessRefused(
      this.#dynamodb.send(
        new PutItemCommand({
          TableName: this.#tableName,
          Item: marshall(item, { removeUndefinedValues: true }),
          ConditionExpression: "attribute_not_exists(jobId)",
        }),
      ),
    );
  }

  /** @returns the record as last written, or undefined when there is none */
  async find(jobId: string): Promise<JobRecord | undefined> {
    const { Item } = await this.#dynamodb.send(
      new GetItemCommand({ TableName: this.#tableName, Key: marshall({ jobId }), ConsistentRead: true }),
    );
    return Item && jobRecord.parse(unmarshall(Item));
  }

  /** Opens a FAILED job for its next attempt, on behalf of an execution. @returns whether the record was still as given */
  async reopen(record: JobRecord, executionArn: string): Promise<boolean> {
    return this.#update(record.jobId, {
      set: { status: "STARTING", attempt: record.attempt + 1, executionArn },
      remove: ["taskArn", "result", "error"],
      onlyIf: { status: ["FAILED"], attempt: record.attempt },
    });
  }

  /** Notes which task works on the job. */
  async setTask(jobId: string, attempt: number, taskArn: string): Promise<boolean> {
    return this.#update(jobId, { set: { taskArn }, onlyIf: { status: ["STARTING", "RUNNING", "SUCCEEDED", "FAILED"], attempt } });
  }

  /** The job is alive. @returns false when its record is closed or belongs to another attempt: nobody waits for this one */
  async setRunning(jobId: string, attempt: number): Promise<boolean> {
    return this.#update(jobId, { set: { status: "RUNNING" }, onlyIf: { status: ["STARTING", "RUNNING"], attempt } });
  }

  /** @returns false when the record had been closed before */
  async setSucceeded(jobId: string, attempt: number, result: unknown): Promise<boolean> {
    return this.#update(jobId, { set: { status: "SUCCEEDED", result }, onlyIf: { status: ["STARTING", "RUNNING"], attempt } });
  }

  /** @returns false when the record had been closed before */
  async setFailed(jobId: string, attempt: number, error: JobError): Promise<boolean> {
    return this.#update(jobId, { set: { status: "FAILED", error }, onlyIf: { status: ["STARTING", "RUNNING"], attempt } });
  }

  async #update(
    jobId: string,
    change: {
      readonly set: Readonly<Record<string, unknown>>;
      readonly remove?: readonly string[];
      readonly onlyIf: { readonly status: readonly JobRecord["status"][]; readonly attempt: number };
    },
  ): Promise<boolean> {
    const set: Record<string, unknown> = { ...change.set, updatedAt: new Date().toISOString() };
    const remove = change.remove ?? [];
    const names = new Set(["status", "attempt", ...Object.keys(set), ...remove]);
    const values = {
      ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
      ...Object.fromEntries(change.onlyIf.status.map((status) => [`:is${status}`, status])),
      ":isAttempt": change.onlyIf.attempt,
    };
    const assignments = Object.keys(set).map((name) => `#${name} = :${name}`);
    return unlessRefused(
      this.#dynamodb.send(
        new UpdateItemCommand({
          TableName: this.#tableName,
          Key: marshall({ jobId }),
          UpdateExpression: `SET ${assignments.join(", ")}${remove.length > 0 ? ` REMOVE ${remove.map((name) => `#${name}`).join(", ")}` : ""}`,
          ConditionExpression: `#attempt = :isAttempt AND #status IN (${change.onlyIf.status.map((status) => `:is${status}`).join(", ")})`,
          // Names such as `status` and `result` are reserved words.
          ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }),
        }),
      ),
    );
  }
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
