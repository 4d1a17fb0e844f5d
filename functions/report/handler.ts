import { durableHandler } from "../shared/durable-handler.ts";
import { parseInput } from "../shared/input.ts";
import { retryTransient } from "../shared/retry.ts";
import { reportInput } from "./input.ts";
import { fetchSales } from "./sales.ts";

export interface ReportResult {
  readonly total: number;
  readonly source: string;
  readonly scheduledTime?: string;
  readonly executionId?: string;
}

/** The report of the cron schedule: fetches, waits for figures to settle, processes. */
export const handler = durableHandler(
  (event) => parseInput(reportInput, event),
  async ({ scheduledTime, executionId }, context): Promise<ReportResult> => {
    const sales = await context.step("fetch", () => fetchSales(), { retryStrategy: retryTransient });
    await context.wait("settle", { seconds: 10 });
    const total = await context.step("process", async () => sales.amounts.reduce((sum, amount) => sum + amount, 0), {
      retryStrategy: retryTransient,
    });
    return { total, source: sales.source, scheduledTime, executionId };
  },
);
