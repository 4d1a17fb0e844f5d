import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { durableHandler } from "../shared/durable-handler.ts";
import { parseEnvironment } from "../shared/environment.ts";
import { executionId as idOf } from "../shared/execution.ts";
import { occurrenceName } from "../shared/occurrence.ts";
import { OccurrenceTable, type OccurrenceTableDependencies, occurrenceTableEnvironment } from "../shared/occurrence-table.ts";
import { retryTransient } from "../shared/retry.ts";
import { reportInput } from "./input.ts";
import { fetchSales } from "./sales.ts";

const report = z.object({ total: z.number(), source: z.string() });

export interface ReportResult extends z.output<typeof report> {
  /** Key of the stored report: the name of the occurrence, or the execution's id when no schedule invoked the function. */
  readonly reportId: string;
  /** False when another execution had stored the report of this occurrence: the result is that report. */
  readonly created: boolean;
  readonly scheduledTime?: string;
  readonly executionId?: string;
}

/**
 * The report of the cron schedule: fetches, waits for figures to settle, processes, stores.
 *
 * Nothing is claimed at the start, so that a failed report can be redriven. Of two deliveries of one occurrence both may do the work; the
 * first to finish stores its report, and the other returns it.
 */
export const createHandler = (dependencies: OccurrenceTableDependencies) => {
  const table = new OccurrenceTable(dependencies, report);
  return durableHandler(
    reportInput,
    async ({ scheduledTime, scheduleArn, executionId }, context): Promise<ReportResult> => {
      const sales = await context.step("fetch", () => fetchSales(), { retryStrategy: retryTransient });
      await context.wait("settle", { seconds: 10 });
      const total = await context.step("process", async () => sales.amounts.reduce((sum, amount) => sum + amount, 0), {
        retryStrategy: retryTransient,
      });
      const { durableExecutionArn: executionArn } = context.executionContext;
      const reportId = scheduleArn === undefined || scheduledTime === undefined ? idOf(executionArn) : occurrenceName({ scheduleArn, scheduledTime });
      const { outcome, created } = await context.step(
        "store",
        () => table.store(reportId, { executionArn, occurrence: { scheduleArn, scheduledTime }, outcome: { total, source: sales.source } }),
        { retryStrategy: retryTransient },
      );
      return { ...outcome, reportId, created, scheduledTime, executionId };
    },
  );
};

export const handler = createHandler({ dynamodb: new DynamoDBClient({}), environment: parseEnvironment(occurrenceTableEnvironment) });
