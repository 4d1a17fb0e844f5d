import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { type ErrorObject, GetDurableExecutionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

const outputs = z.record(z.string(), z.string()).parse(JSON.parse(process.env["STACK_OUTPUTS"] ?? "{}"));

/** A job that goes well, and one that exits without a word. */
export const job = { message: "hello", processingTime: 1 };
export const crash = { ...job, fail: { exitCode: 3 } };

export const lambda = new LambdaClient({});
export const ecs = new ECSClient({});
export const dynamodb = new DynamoDBClient({});
export const scheduler = new SchedulerClient({});

/** @throws Error when the stack has no such output */
export function output(name: string): string {
  const value = outputs[name];
  if (value === undefined) throw new Error(`The stack has no output ${name}`);
  return value;
}

export interface FinishedExecution {
  readonly status: string;
  readonly result: unknown;
  readonly error: ErrorObject | undefined;
}

/** Starts an execution without waiting for it. @param aliasOutput such as `pollJobAliasArn` @returns the execution's ARN */
export async function start(aliasOutput: string, input: unknown): Promise<string> {
  const { DurableExecutionArn: executionArn } = await lambda.send(
    new InvokeCommand({ FunctionName: output(aliasOutput), InvocationType: "Event", Payload: JSON.stringify(input) }),
  );
  assert.ok(executionArn, "the answer names the execution");
  return executionArn;
}

/** Waits for the end of an execution. */
export async function finish(executionArn: string): Promise<FinishedExecution> {
  return until(`the end of ${executionArn}`, async () => {
    const execution = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: executionArn, IncludeExecutionData: true }));
    const { Status: status = "unknown", Result: result, Error: error } = execution;
    return status === "RUNNING" ? undefined : { status, result: result === undefined ? undefined : (JSON.parse(result) as unknown), error };
  });
}

/** @returns what the execution answered @throws AssertionError when it did not succeed */
export async function succeed(aliasOutput: string, input: unknown): Promise<unknown> {
  const { status, result, error } = await finish(await start(aliasOutput, input));
  assert.equal(status, "SUCCEEDED", JSON.stringify(error));
  return result;
}

/** @returns the message of the failed execution @throws AssertionError when it did not fail with that type */
export async function fail(aliasOutput: string, input: unknown, errorType: string): Promise<string> {
  const { status, error } = await finish(await start(aliasOutput, input));
  assert.deepEqual([status, error?.ErrorType], ["FAILED", errorType], JSON.stringify(error));
  return error?.ErrorMessage ?? "";
}

/** Asks once a second (GetDurableExecution allows 30 calls a second in the whole account) until there is an answer. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, deadlineSeconds = 300): Promise<T> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`Waited ${deadlineSeconds} s for ${what}`);
    await sleep(1000);
  }
}
