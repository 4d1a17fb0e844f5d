import { ConditionalCheckFailedException, type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import type { Occurrence } from "./occurrence.ts";

/** Environment variables of a function that stores outcomes in the table. */
export const occurrenceTableEnvironment = z.object({
  OCCURRENCE_TABLE_NAME: z.string().min(1),
  OCCURRENCE_TTL_DAYS: z.coerce.number().int().positive(),
});

export interface OccurrenceTableDependencies {
  readonly dynamodb: DynamoDBClient;
  readonly environment: z.output<typeof occurrenceTableEnvironment>;
}

const storedItem = z.object({ executionArn: z.string(), outcome: z.string() });

/** One item per occurrence of a schedule: the outcome of its first delivery. An item is never overwritten; DynamoDB deletes it when it expires. */
export class OccurrenceTable<Outcome extends z.ZodType> {
  readonly #dynamodb: DynamoDBClient;
  readonly #tableName: string;
  readonly #ttlSeconds: number;
  readonly #outcome: Outcome;

  /** @param outcome what one function stores; JSON */
  constructor({ dynamodb, environment }: OccurrenceTableDependencies, outcome: Outcome) {
    this.#dynamodb = dynamodb;
    this.#tableName = environment.OCCURRENCE_TABLE_NAME;
    this.#ttlSeconds = environment.OCCURRENCE_TTL_DAYS * 86_400;
    this.#outcome = outcome;
  }

  /**
   * Stores the outcome of an occurrence, unless one is stored already.
   *
   * @param name of the occurrence; the id of an execution that no schedule invoked
   * @returns the stored outcome; `created` is false if another execution stored it
   */
  async store(
    name: string,
    { executionArn, occurrence, outcome }: { executionArn: string; occurrence: Partial<Occurrence>; outcome: z.input<Outcome> },
  ): Promise<{ outcome: z.output<Outcome>; created: boolean }> {
    const now = new Date();
    const item = {
      occurrence: name,
      ...occurrence,
      executionArn,
      // As text: attributes of DynamoDB hold fewer numbers than JSON.
      outcome: JSON.stringify(outcome),
      createdAt: now.toISOString(),
      expiresAt: Math.floor(now.getTime() / 1000) + this.#ttlSeconds,
    };
    try {
      await this.#dynamodb.send(
        new PutItemCommand({
          TableName: this.#tableName,
          Item: marshall(item, { removeUndefinedValues: true }),
          ConditionExpression: "attribute_not_exists(occurrence)",
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
    const { Item } = await this.#dynamodb.send(
      new GetItemCommand({ TableName: this.#tableName, Key: marshall({ occurrence: name }), ConsistentRead: true }),
    );
    const stored = storedItem.parse(unmarshall(Item ?? {}));
    // A step runs at least once: its own execution may have stored the item before.
    return { outcome: this.#outcome.parse(JSON.parse(stored.outcome)), created: stored.executionArn === executionArn };
  }
}
