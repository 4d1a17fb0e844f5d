import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";

/** How a job's failure stands in its record. */
export interface RecordedError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly exitCode?: number;
  readonly stopReason?: string;
}

export const OPEN_STATUSES = ["STARTING", "RUNNING"] as const;
export const STATUSES = [...OPEN_STATUSES, "SUCCEEDED", "FAILED"] as const;

/**
 * Every record with this attribute is in the table's index of open jobs; the others are not, because DynamoDB leaves items without the
 * index's key out of it. A hint only: `status` decides.
 */
export const OPEN = { open: "open" } as const;

export interface RecordChange {
  readonly set?: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  /** Conditions, all of which must hold. */
  readonly onlyIf: { readonly status: readonly (typeof STATUSES)[number][]; readonly attempt?: number; readonly executionArn?: string };
  /** Id of an execution that must not be marked as ended. */
  readonly unlessEnded?: string;
}

/** Changes to the record of a dispatched job: what a job reports. A closed status (SUCCEEDED, FAILED) is never overwritten by a report. */
export class JobRecords {
  protected readonly dynamodb: DynamoDBClient;
  protected readonly tableName: string;

  constructor(dynamodb: DynamoDBClient, tableName: string) {
    this.dynamodb = dynamodb;
    this.tableName = tableName;
  }

  /** The job is alive. @returns false when its record is closed or belongs to another attempt: nobody waits for this one */
  async setRunning(jobId: string, attempt: number): Promise<boolean> {
    return this.update(jobId, { set: { status: "RUNNING", ...OPEN }, onlyIf: { status: OPEN_STATUSES, attempt } });
  }

  /** @returns false when the record had been closed before */
  async setSucceeded(jobId: string, attempt: number, result: unknown): Promise<boolean> {
    return this.close(jobId, { status: "SUCCEEDED", result }, { attempt });
  }

  /** @returns false when the record had been closed before */
  async setFailed(jobId: string, attempt: number, error: RecordedError): Promise<boolean> {
    return this.close(jobId, { status: "FAILED", error }, { attempt });
  }

  protected close(jobId: string, set: Readonly<Record<string, unknown>>, owner: { readonly attempt: number } | { readonly executionArn: string }): Promise<boolean> {
    return this.update(jobId, { set, remove: Object.keys(OPEN), onlyIf: { status: OPEN_STATUSES, ...owner } });
  }

  protected async update(jobId: string, { set: given, remove = [], onlyIf: { status, ...equal }, unlessEnded }: RecordChange): Promise<boolean> {
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
      this.dynamodb.send(
        new UpdateItemCommand({
          TableName: this.tableName,
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

/** @returns whether the condition of the write held */
export async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
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
