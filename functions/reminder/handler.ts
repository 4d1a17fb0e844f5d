import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type * as z from "zod";
import { durableHandler } from "../shared/durable-handler.ts";
import { parseEnvironment } from "../shared/environment.ts";
import { occurrenceName } from "../shared/occurrence.ts";
import { OccurrenceTable, type OccurrenceTableDependencies, occurrenceTableEnvironment } from "../shared/occurrence-table.ts";
import { retryTransient } from "../shared/retry.ts";
import { reminderInput } from "./input.ts";

const delivery = reminderInput.pick({ key: true, payload: true, scheduledTime: true });

export interface ReminderResult extends z.output<typeof delivery> {
  readonly delivered: true;
  /** Idempotency key of the delivery. */
  readonly occurrence: string;
  /** False when another execution had delivered the reminder: this one did nothing. */
  readonly created: boolean;
}

/** Delivers a reminder, invoked by its one-time schedule. */
export const createHandler = (dependencies: OccurrenceTableDependencies) => {
  const table = new OccurrenceTable(dependencies, delivery);
  return durableHandler(
    reminderInput,
    async ({ key, payload, scheduledTime, scheduleArn, executionId }, context): Promise<ReminderResult> => {
      const { durableExecutionArn: executionArn } = context.executionContext;
      const occurrence = occurrenceName({ scheduleArn, scheduledTime });
      return context.step(
        "deliver",
        async ({ logger }) => {
          // A sample: the table plays the service that the reminder is sent to. Replace it by your call, and pass `occurrence` as the
          // idempotency key of that call.
          const { outcome, created } = await table.store(occurrence, {
            executionArn,
            occurrence: { scheduleArn, scheduledTime },
            outcome: { key, payload, scheduledTime },
          });
          // The payload is the caller's and stays out of the log.
          logger.info("Reminder due", { key, scheduledTime, occurrence, executionId, created });
          return { delivered: true as const, ...outcome, occurrence, created };
        },
        { retryStrategy: retryTransient },
      );
    },
  );
};

export const handler = createHandler({ dynamodb: new DynamoDBClient({}), environment: parseEnvironment(occurrenceTableEnvironment) });
