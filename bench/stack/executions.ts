import {
  GetDurableExecutionCommand,
  InvokeCommand,
  paginateGetDurableExecutionHistory,
  type Event,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "../../operator/execution-status.ts";

const DEADLINE_MS = 120_000;

/** Runs a workflow to its end. @returns its history @throws Error when it does not succeed */
export async function runExecution(lambda: LambdaClient, functionArn: string, input: unknown): Promise<Event[]> {
  const invoke = new InvokeCommand({ FunctionName: functionArn, InvocationType: "Event", Payload: JSON.stringify(input) });
  const { DurableExecutionArn = "" } = await lambda.send(invoke);
  await succeeded(lambda, DurableExecutionArn);
  const events: Event[] = [];
  for await (const page of paginateGetDurableExecutionHistory({ client: lambda }, { DurableExecutionArn, IncludeExecutionData: true })) {
    events.push(...(page.Events ?? []));
  }
  return events;
}

async function succeeded(lambda: LambdaClient, DurableExecutionArn: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const { Status, Error: error } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
    if (Status === "SUCCEEDED") return;
    if (hasEnded(Status)) throw new Error(`${DurableExecutionArn} ended ${Status ?? "?"}: ${error?.ErrorMessage ?? ""}`);
    await sleep(100);
  }
  throw new Error(`${DurableExecutionArn} did not end within ${DEADLINE_MS / 1000} s.`);
}
