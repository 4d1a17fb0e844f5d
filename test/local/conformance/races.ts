import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Event,
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  type LambdaClient,
  SendDurableExecutionCallbackSuccessCommand,
} from "@aws-sdk/client-lambda";

/** What the SDKs' ways to suspend race with: waits that end, and callbacks that complete, while a handler is about to return PENDING. */
export const RACES = ["fiveBranches", "threeCallbacks"] as const;
type Race = (typeof RACES)[number];

const POLL_MS = 100;
const DEADLINE_MS = 300_000;

export interface RaceResult {
  /** Executions that did not succeed, with their error. */
  readonly failed: readonly string[];
  /** Invocations that returned PENDING though nothing was pending. */
  readonly refused: number;
}

/** Runs a race many times, some at once. */
export async function runRace(lambda: LambdaClient, functionName: string, race: Race, options: { count: number; atOnce: number }): Promise<RaceResult> {
  const failed: string[] = [];
  let refused = 0;
  let left = options.count;
  const runner = async (): Promise<void> => {
    while (left-- > 0) {
      const { failure, history } = await runOnce(lambda, functionName, race);
      if (failure !== undefined) failed.push(failure);
      refused += history.filter(isRefused).length;
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, runner));
  return { failed, refused };
}

async function runOnce(lambda: LambdaClient, functionName: string, race: Race): Promise<{ failure?: string; history: Event[] }> {
  const { DurableExecutionArn: arn = "" } = await lambda.send(
    new InvokeCommand({ FunctionName: `${functionName}:1`, InvocationType: "Event", Payload: JSON.stringify({ case: race }) }),
  );
  const deadline = Date.now() + DEADLINE_MS;
  if (race === "threeCallbacks") await completeCallbacks(lambda, arn, deadline);
  for (;;) {
    const { Status: status, Error: error } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
    if (status !== "RUNNING") {
      const history = await historyOf(lambda, arn);
      return { failure: status === "SUCCEEDED" ? undefined : `${status ?? ""} ${JSON.stringify(error)}`, history };
    }
    assert.ok(Date.now() < deadline, `${arn} still runs.`);
    await delay(POLL_MS);
  }
}

/** Completes the three callbacks one right after the other, as soon as they are there. */
async function completeCallbacks(lambda: LambdaClient, arn: string, deadline: number): Promise<void> {
  for (;;) {
    const ids = (await historyOf(lambda, arn)).flatMap(({ CallbackStartedDetails }) => CallbackStartedDetails?.CallbackId ?? []);
    if (ids.length === 3) {
      for (const CallbackId of ids) await lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: '"done"' }));
      return;
    }
    assert.ok(Date.now() < deadline, `${arn} has ${ids.length} callbacks.`);
    await delay(POLL_MS / 10);
  }
}

async function historyOf(lambda: LambdaClient, arn: string): Promise<Event[]> {
  const { Events = [] } = await lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn, MaxItems: 1000 }));
  return Events;
}

function isRefused({ InvocationCompletedDetails }: Event): boolean {
  return InvocationCompletedDetails?.Error?.Payload?.ErrorMessage?.startsWith("Cannot return PENDING") === true;
}
