import { ExecutionState, type Operation, type Outcome } from "./execution-state.ts";
import type { Scenario } from "./scenarios.ts";

/** An execution from beginning to end, as it is kept beside this file. */
export interface History {
  readonly operations: readonly Operation[];
  readonly outcome: Outcome;
}

/** More invocations than any of the executions takes. */
const MAX_INVOCATIONS = 50;

/** Runs an execution to its end. */
export async function record({ payload, prepare, answers }: Scenario): Promise<History> {
  const state = new ExecutionState([], answers);
  const { handler } = prepare();
  for (let invocation = 1; invocation <= MAX_INVOCATIONS; invocation++) {
    const outcome = await state.invoke(handler, payload);
    if (outcome.Status !== "PENDING") return { operations: state.operations, outcome: plain(outcome) };
    state.passTime();
  }
  throw new Error(`The execution has not ended after ${MAX_INVOCATIONS} invocations`);
}

/**
 * Replays a recorded execution, cut off after each of its operations in turn as if it had waited there while the handler
 * changed: the handler has to go on with the operation that was recorded next, and in the end to the same outcome without
 * doing anything again.
 *
 * @returns what is different, in words; nothing if the handler can go on wherever the execution was
 */
export async function replay({ payload, prepare }: Scenario, { operations, outcome }: History): Promise<string[]> {
  const known = new Map(operations.map((operation) => [operation.Id, operation]));
  const main = operations.filter(({ ParentId }) => ParentId === undefined);
  for (let done = 0; done < main.length; done++) {
    const kept = withDescendants(main.slice(0, done), operations);
    const state = new ExecutionState(kept);
    await state.invoke(prepare().handler, payload);
    const where = done === 0 ? "at the start" : `after ${describe(main[done - 1])}`;
    const different = state.begun.find((operation) => describe(operation) !== describe(known.get(operation.Id)) || operation.ParentId !== known.get(operation.Id)?.ParentId);
    if (different) return [`${where} it does ${describe(different)}, where ${describe(known.get(different.Id))} is recorded`];
    if (!state.begun.some(({ Id }) => Id === main[done]?.Id)) return [`${where} it does not do ${describe(main[done])}, which is recorded next`];
  }
  return replayWhole(payload, prepare, operations, outcome);
}

async function replayWhole(payload: unknown, prepare: Scenario["prepare"], operations: readonly Operation[], outcome: Outcome): Promise<string[]> {
  const state = new ExecutionState(operations);
  const { handler, calls } = prepare();
  const replayed = plain(await state.invoke(handler, payload));
  return [
    ...state.begun.map((operation) => `at the end it does ${describe(operation)}, where nothing more is recorded`),
    ...(JSON.stringify(replayed) === JSON.stringify(outcome) ? [] : [`it ends as ${JSON.stringify(replayed)}, where ${JSON.stringify(outcome)} is recorded`]),
    ...(calls() === 0 ? [] : [`it calls AWS ${calls()} times, where all is done`]),
  ];
}

function withDescendants(kept: readonly Operation[], operations: readonly Operation[]): Operation[] {
  const ids = new Set(kept.map(({ Id }) => Id));
  // A parent always stands before its children.
  for (const { Id, ParentId } of operations) if (ParentId !== undefined && ids.has(ParentId)) ids.add(Id);
  return operations.filter(({ Id }) => ids.has(Id));
}

function describe(operation: Operation | undefined): string {
  return operation === undefined ? "nothing" : `"${operation.Name ?? ""}" (${operation.Type ?? ""} ${operation.SubType ?? ""})`;
}

/** Without the place in the code, which may move. */
function plain({ Status, Result, Error }: Outcome): Outcome {
  return { Status, ...(Result !== undefined && { Result }), ...(Error && { Error: { ErrorType: Error.ErrorType, ErrorMessage: Error.ErrorMessage } }) };
}
