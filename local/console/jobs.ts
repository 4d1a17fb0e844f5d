import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod";
import type { JobPage, JobView } from "../../operator/page/api.ts";
import type { ConsoleServices } from "./services.ts";

/** A table has no order by time, so that all of it is read; up to here. */
const MOST_ITEMS = 20_000;

export const jobQuery = z.object({
  /** Part of an item. */
  text: z.string().max(2048).default(""),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const item = z.looseObject({
  jobId: z.string(),
  status: z.string().default(""),
  attempt: z.number().optional(),
  updatedAt: z.string().default(""),
  executionArn: z.string().optional(),
});
const scanAnswer = z.object({
  Items: z.array(z.record(z.string(), z.unknown())).default([]),
  LastEvaluatedKey: z.record(z.string(), z.unknown()).optional(),
});

/** Newest first, of every table whose items are jobs. */
export function jobPage({ dynamodb }: Pick<ConsoleServices, "dynamodb">, { text, offset, limit }: z.output<typeof jobQuery>): JobPage {
  const items = dynamodb.tableNames.map((table) => scan(dynamodb, table));
  const wanted = text.trim().toLowerCase();
  const jobs = items
    .flat()
    .flatMap(toJob)
    .filter((job) => job.item.toLowerCase().includes(wanted))
    .sort((a, b) => (a.updatedAt < b.updatedAt ? 1 : -1));
  return { total: jobs.length, offset, rows: jobs.slice(offset, offset + limit) };
}

function scan(dynamodb: ConsoleServices["dynamodb"], TableName: string): Record<string, unknown>[] {
  const items: Record<string, unknown>[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const answer = scanAnswer.safeParse(dynamodb.execute("Scan", { TableName, ExclusiveStartKey })).data;
    items.push(...(answer?.Items ?? []));
    ExclusiveStartKey = answer?.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined && items.length < MOST_ITEMS);
  return items;
}

function toJob(raw: Record<string, unknown>): JobView[] {
  // DynamoDB answers attribute values; what they are made of is checked here.
  const plain: unknown = unmarshall(raw as Parameters<typeof unmarshall>[0]);
  const parsed = item.safeParse(plain).data;
  if (parsed === undefined) return [];
  const { jobId, status, attempt, updatedAt, executionArn } = parsed;
  return [{ jobId, status, attempt, updatedAt, executionArn, item: JSON.stringify(plain) }];
}
