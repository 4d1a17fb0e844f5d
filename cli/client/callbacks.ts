import { OPEN_STATUSES } from "../../operator/execution-status.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { Execution, OpenCallback } from "../shapes.ts";
import { getHistory } from "../../operator/executions.ts";
import { findExecution, listExecutions } from "./executions.ts";
import { readOperations } from "./operations.ts";
import type { Stack } from "./stack.ts";

const MOST_EXECUTIONS = 1_000;

/** Open callbacks of executions that have not ended, oldest first. */
export async function listCallbacks(stack: Stack, speed: number): Promise<OpenCallback[]> {
  const running = await listExecutions(stack, { functions: stack.functions, statuses: OPEN_STATUSES, limit: MOST_EXECUTIONS });
  const callbacks = await Promise.all(running.map((execution) => openCallbacks(stack, execution, speed)));
  return callbacks.flat().sort((a, b) => a.startedAt.localeCompare(b.startedAt));
}

async function openCallbacks(stack: Stack, { arn, function: functionName }: Pick<Execution, "arn" | "function">, speed: number): Promise<OpenCallback[]> {
  const { operations } = readOperations(await getHistory(stack, arn), speed);
  return operations.flatMap(({ type, status, callbackId, name, startedAt, due }) =>
    type === "CALLBACK" && status === "STARTED" && callbackId !== null ? [{ callbackId, name, execution: arn, function: functionName, startedAt, due }] : [],
  );
}

/**
 * Id of the callback that is meant by its id, or by the execution that waits for it.
 *
 * @param name of the callback, where the execution waits for several
 * @throws CliError when there is none, or more than one
 */
export async function findCallback(stack: Stack, reference: string, name: string | undefined): Promise<string> {
  // Ids of callbacks are longer than anything that an execution can be called by, except for its ARN.
  if (reference.length > 64 && !reference.startsWith("arn:")) return reference;
  const arn = await findExecution(stack, reference);
  const open = await openCallbacks(stack, { arn, function: stack.functionNameOf(arn) }, 1);
  const [callback, ...others] = open.filter((candidate) => name === undefined || candidate.name === name);
  if (callback === undefined) {
    const waiting = open.map((candidate) => candidate.name ?? candidate.callbackId).join(", ");
    throw new CliError(EXIT.notFound, `The execution waits for no callback${name === undefined ? "" : ` named ${name}${waiting === "" ? "" : `, but for ${waiting}`}`}.`);
  }
  if (others.length === 0) return callback.callbackId;
  const names = [callback, ...others].map((candidate) => candidate.name ?? candidate.callbackId).join(", ");
  throw new CliError(EXIT.usage, `The execution waits for ${others.length + 1} callbacks: ${names}. Choose one with --name, or by its id.`);
}
