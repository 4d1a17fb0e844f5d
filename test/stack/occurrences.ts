import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import type { GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { finish, lambda, output } from "./stack.ts";

const item = z.object({ scheduleArn: z.string(), scheduledTime: z.string(), outcome: z.string().transform((text): unknown => JSON.parse(text)) });

/**
 * Delivers one occurrence of a schedule twice at the same time, each as the Scheduler does: the target by its ARN, its input with the
 * context attributes filled in, and an execution id for each attempted invocation.
 *
 * @returns the results of both executions
 */
export async function deliverTwice({ Arn: scheduleArn = "", Target: target }: GetScheduleCommandOutput, scheduledTime: string): Promise<unknown[]> {
  assert.ok(target?.Arn !== undefined && target.Input !== undefined);
  const { Arn: FunctionName, Input: input } = target;
  return Promise.all([1, 2].map(async () => {
    const Payload = input
      .replaceAll("<aws.scheduler.schedule-arn>", scheduleArn)
      .replaceAll("<aws.scheduler.scheduled-time>", scheduledTime)
      .replaceAll("<aws.scheduler.execution-id>", randomBytes(8).toString("hex"));
    const { DurableExecutionArn: executionArn } = await lambda.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload }));
    assert.ok(executionArn, "the response names the execution");
    const { status, result, error } = await finish(executionArn);
    assert.equal(status, "SUCCEEDED", JSON.stringify(error));
    return result;
  }));
}

/** The item of an occurrence in the table of occurrences: one item is one effect, for its key is the occurrence. */
export async function outcome(occurrence: string): Promise<z.output<typeof item>> {
  const request = { TableName: output("occurrenceTableName"), Key: { occurrence: { S: occurrence } }, ConsistentRead: true };
  const { Item } = await new DynamoDBClient({}).send(new GetItemCommand(request));
  return item.parse(unmarshall(Item ?? {}));
}
