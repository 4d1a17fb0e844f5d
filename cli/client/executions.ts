import {
  GetDurableExecutionCommand,
  paginateListDurableExecutionsByFunction,
  ResourceNotFoundException,
  InvalidParameterValueException,
  type Execution as ListedExecution,
  type ExecutionStatus as ListedStatus,
  type GetDurableExecutionResponse,
} from "@aws-sdk/client-lambda";
import { setTimeout as delay } from "node:timers/promises";
import { hasEnded, type ExecutionStatus } from "../../operator/execution-status.ts";
import { getExecution, getHistory } from "../../operator/executions.ts";
import { describeProgress } from "../../operator/progress.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import { statusShape, type Execution } from "../shapes.ts";
import type { Stack, StackFunction } from "./stack.ts";

const PAGE = 1_000;
/** Newest executions of each function among which one is looked for by a part of its id. */
const SEARCHED = 10_000;
const SHOWN_CANDIDATES = 5;

export interface ExecutionFilter {
  readonly functions: readonly StackFunction[];
  readonly statuses?: readonly ExecutionStatus[];
  readonly startedAfter?: Date;
  /** Part of the name, the id or the function's name, in any case. */
  readonly text?: string;
  readonly limit: number;
}

/** Newest first. */
export async function listExecutions(stack: Stack, filter: ExecutionFilter): Promise<Execution[]> {
  const text = filter.text?.toLowerCase();
  const matches = ({ name, id, function: functionName }: Execution) =>
    text === undefined || [name, id, functionName].some((part) => part.toLowerCase().includes(text));
  // ListDurableExecutionsByFunction takes one status a call.
  const statuses = filter.statuses ?? [undefined];
  const lists = await Promise.all(filter.functions.flatMap((candidate) => statuses.map((status) => newest(stack, candidate, status, filter, matches))));
  return lists
    .flat()
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt))
    .slice(0, filter.limit);
}

async function newest(
  stack: Stack,
  { functionName }: StackFunction,
  status: ExecutionStatus | undefined,
  filter: ExecutionFilter,
  matches: (execution: Execution) => boolean,
): Promise<Execution[]> {
  const found: Execution[] = [];
  const pageSize = filter.text === undefined ? Math.min(filter.limit, PAGE) : PAGE;
  const pages = paginateListDurableExecutionsByFunction(
    { client: stack.lambda, pageSize },
    {
      FunctionName: functionName,
      // The cast is needed until the client's model has PAUSING, PAUSED and DELETING.
      Statuses: status === undefined ? undefined : [status as ListedStatus],
      StartedAfter: filter.startedAfter,
    },
  );
  try {
    for await (const { DurableExecutions: executions } of pages) {
      found.push(...(executions ?? []).map((execution) => describe(stack, execution)).filter(matches));
      if (found.length >= filter.limit) break;
    }
  } catch (error) {
    // A function that is not durable has no executions to list.
    if (!(error instanceof InvalidParameterValueException)) throw error;
  }
  return found.slice(0, filter.limit);
}

/**
 * ARN of the execution that is meant by its ARN, its name, its id, or the unique beginning or end of either.
 *
 * @throws CliError when there is none, or more than one
 */
export async function findExecution(stack: Stack, reference: string): Promise<string> {
  const matches = await matchExecutions(stack, reference);
  const [only, ...others] = matches;
  if (only === undefined) throw new CliError(EXIT.notFound, `There is no execution "${reference}". wf list shows those there are.`);
  if (others.length === 0) return only;
  const shown = matches.slice(0, SHOWN_CANDIDATES).map((arn) => `\n  ${arn}`);
  throw new CliError(EXIT.usage, `"${reference}" may be any of ${matches.length} executions:${shown.join("")}${matches.length > SHOWN_CANDIDATES ? "\n  …" : ""}`);
}

/** ARNs of the executions that may be meant. */
export async function matchExecutions(stack: Stack, reference: string): Promise<string[]> {
  if (reference.includes("/durable-execution/")) return (await exists(stack, reference)) ? [reference] : [];
  if (!/^[\w-]{1,64}$/.test(reference)) return [];
  const named = await everywhere(stack, (functionName) => namedExecutions(stack, functionName, reference));
  if (named.length > 0) return named;
  const isMeant = ({ name, id }: Execution) => [name, id].some((text) => text.startsWith(reference) || text.endsWith(reference));
  const recent = await listExecutions(stack, { functions: stack.functions, text: reference, limit: SEARCHED });
  const exact = recent.filter(({ id }) => id === reference);
  return (exact.length > 0 ? exact : recent.filter(isMeant)).map(({ arn }) => arn);
}

async function everywhere(stack: Stack, ask: (functionName: string) => Promise<string[]>): Promise<string[]> {
  return (await Promise.all(stack.functions.map(({ functionName }) => ask(functionName)))).flat();
}

async function namedExecutions(stack: Stack, functionName: string, name: string): Promise<string[]> {
  const arns: string[] = [];
  try {
    for await (const page of paginateListDurableExecutionsByFunction({ client: stack.lambda }, { FunctionName: functionName, DurableExecutionName: name })) {
      for (const { DurableExecutionArn: arn } of page.DurableExecutions ?? []) if (arn !== undefined) arns.push(arn);
    }
  } catch (error) {
    if (!(error instanceof InvalidParameterValueException)) throw error;
  }
  return arns;
}

async function exists(stack: Stack, arn: string): Promise<boolean> {
  try {
    await stack.lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn, IncludeExecutionData: false }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException || (error as Error).name === "ValidationException") return false;
    throw error;
  }
}

/** Last segment of the ARN. */
export function idOf(executionArn: string): string {
  return executionArn.slice(executionArn.lastIndexOf("/") + 1);
}

export function describe(stack: Stack, execution: ListedExecution | GetDurableExecutionResponse): Execution {
  const { DurableExecutionArn: arn = "", DurableExecutionName: name = "", FunctionArn: functionArn = "", Status, StartTimestamp, EndTimestamp } = execution;
  return {
    arn,
    id: idOf(arn),
    name,
    function: stack.functionNameOf(functionArn),
    version: /:function:[\w-]+:([^:/]+)/.exec(arn)?.[1] ?? "",
    status: statusShape.catch("RUNNING").parse(Status),
    startedAt: (StartTimestamp ?? new Date(0)).toISOString(),
    endedAt: EndTimestamp?.toISOString() ?? null,
  };
}

export interface AwaitOptions {
  /** Told what the execution is doing. */
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
  /** Of the stack's clock. */
  readonly speed: number;
  /** Epoch milliseconds; `Infinity` for as long as it takes. */
  readonly deadline: number;
}

/**
 * Waits for the end of an execution.
 *
 * @returns nothing when `signal` or the deadline came first
 */
export async function awaitExecution(stack: Stack, arn: string, { report, signal, speed, deadline }: AwaitOptions): Promise<GetDurableExecutionResponse | undefined> {
  for (;;) {
    const execution = await getExecution(stack, arn);
    if (hasEnded(execution.Status)) return execution;
    const left = deadline - Date.now();
    if (signal.aborted || left <= 0) return undefined;
    report(describeProgress(await getHistory(stack, arn), Date.now(), speed));
    await delay(Math.min(stack.pollIntervalMs, left), undefined, { signal }).catch(() => undefined);
  }
}
