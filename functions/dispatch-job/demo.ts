import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import assert from "node:assert/strict";
import * as z from "zod";
import type { DemoCase, DemoOutcome } from "../../operator/demo-case.ts";
import { followExecution, startExecution, until } from "../../operator/follow.ts";
import type { StackContext } from "../../operator/stack-context.ts";

const JOB_MS = 30_000;

export default [
  {
    title: "dispatch-job: a job of 1 s, answered by its record",
    run: (context, report) => dispatch(context, { message: "hello", processingTime: 1 }, "SUCCEEDED", report),
  },
  {
    title: "dispatch-job: a job that just dies, recorded by task-watchdog",
    run: (context, report) => dispatch(context, { message: "hello", processingTime: 0, fail: { exitCode: 3 } }, "FAILED", report),
  },
] satisfies readonly DemoCase[];

async function dispatch(context: StackContext, input: unknown, expected: "SUCCEEDED" | "FAILED", report: (line: string) => void): Promise<DemoOutcome> {
  const { status, result, error } = await followExecution(context, await startExecution(context, "dispatchJob", input), report);
  assert.equal(status, "SUCCEEDED", error?.message);
  const { jobId } = z.object({ jobId: z.string() }).parse(result);
  report(`dispatched; waiting for the record of job ${jobId}`);
  const record = await until(`the record of job ${jobId} is ${expected}`, JOB_MS, async () => {
    const { Item: item } = await context.dynamodb.send(
      new GetItemCommand({ TableName: context.output("jobTableName"), Key: { jobId: { S: jobId } }, ConsistentRead: true }),
    );
    return item?.status?.S === expected ? item : undefined;
  });
  const detail = record.error?.M?.errorMessage?.S;
  return { status, summary: `record ${expected}${detail === undefined ? "" : `: ${detail}`}` };
}
