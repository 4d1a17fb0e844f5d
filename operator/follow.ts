import { randomUUID } from "node:crypto";
import { InvokeCommand, type Event, type GetDurableExecutionResponse } from "@aws-sdk/client-lambda";
import { setTimeout as delay } from "node:timers/promises";
import { hasEnded } from "./execution-status.ts";
import { getExecution, getHistory } from "./executions.ts";
import { describeProgress } from "./progress.ts";
import type { StackContext } from "./stack-context.ts";

export interface FinishedExecution {
  readonly executionArn: string;
  readonly status: string;
  /** Parsed from JSON. */
  readonly result: unknown;
  readonly error: { readonly type: string; readonly message: string } | undefined;
  readonly events: readonly Event[];
}

/** How often the local engine is asked; on AWS GetDurableExecution has a quota of 30 calls a second. */
const INTERVAL_MS = 250;

/** Starts a function by its alias, as invocation type `Event`, and returns the execution's ARN at once. */
export async function startExecution({ lambda, output, namePrefix }: StackContext, functionKey: string, input: unknown): Promise<string> {
  const DurableExecutionName = namePrefix && `${namePrefix}${randomUUID().slice(0, 8)}`;
  const { DurableExecutionArn: executionArn } = await lambda.send(
    new InvokeCommand({ FunctionName: output(`${functionKey}AliasArn`), InvocationType: "Event", Payload: JSON.stringify(input), DurableExecutionName }),
  );
  if (executionArn === undefined) throw new Error(`Invoking ${functionKey} gave no execution ARN.`);
  return executionArn;
}

/** Follows an execution to its end, telling `report` what it is doing. */
export async function followExecution(context: StackContext, executionArn: string, report: (line: string) => void): Promise<FinishedExecution> {
  for (;;) {
    const execution = await getExecution(context, executionArn);
    const events = await getHistory(context, executionArn);
    if (hasEnded(execution.Status)) return finished(executionArn, execution, events);
    report(describeProgress(events, Date.now(), context.speed));
    await delay(INTERVAL_MS);
  }
}

/** Asks until `question` has an answer. @throws Error when it has none within `deadlineMs` */
export async function until<T>(what: string, deadlineMs: number, question: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${deadlineMs / 1000} s`);
    await delay(INTERVAL_MS);
  }
}

function finished(executionArn: string, execution: GetDurableExecutionResponse, events: readonly Event[]): FinishedExecution {
  const { Status, Result, Error: error } = execution;
  return {
    executionArn,
    status: Status ?? "",
    result: Result === undefined ? undefined : (JSON.parse(Result) as unknown),
    error: error && { type: error.ErrorType ?? "", message: error.ErrorMessage ?? "" },
    events,
  };
}
