import type { OperationRecord } from "../../local/durable/machine/state.ts";
import { distinct, type Performed } from "./effects.ts";
import { kindAndName } from "./names.ts";
import type { Finished } from "./run.ts";
import { withoutStepUuids } from "./simulated.ts";

const TOKEN_ADVICE = "Give the call an idempotency token made of execution, operation and attempt.";

/** Compares a run with the run without a crash. @returns what is wrong with it, or undefined */
export function difference(run: Finished, reference: Finished): string | undefined {
  // A run that fails lacks the effects that come later: why it fails says more.
  return nonDeterminism(run) ?? (run.status === reference.status ? undefined : outcomeDiffers(run, reference)) ?? effectsDiffer(run, reference) ?? outcomeDiffers(run, reference);
}

/** What the SDK says about a replay that takes another way; it names the operations. */
export function nonDeterminism({ error }: Pick<Finished, "error">): string | undefined {
  return error?.ErrorType === "NonDeterministicExecutionError" ? error.ErrorMessage?.replace("[Unrecoverable Execution] ", "") : undefined;
}

function effectsDiffer({ effects }: Finished, reference: Finished): string | undefined {
  for (const name of new Set([...reference.effects, ...effects].map((effect) => effect.name))) {
    const expected = distinct(reference.effects, name);
    const actual = distinct(effects, name);
    if (actual.length !== expected.length) return wrongCount(name, actual, expected);
    const known = new Set(reference.effects.filter((effect) => effect.name === name).map(({ parameters }) => parameters));
    const changed = effects.find((effect) => effect.name === name && !known.has(effect.parameters));
    if (changed !== undefined) {
      return `${changed.operation} called ${name} with ${changed.parameters}; without a crash the call has ${[...known].join(" or ")}. What a step passes on must come from the input and from the results of operations.`;
    }
  }
  return undefined;
}

function wrongCount(name: string, actual: readonly Performed[], expected: readonly Performed[]): string {
  const count = (operation: string, effects: readonly Performed[]) => effects.filter((effect) => effect.operation === operation).length;
  const operations = [...new Set([...actual, ...expected].map(({ operation }) => operation))];
  const operation = operations.find((each) => count(each, actual) !== count(each, expected)) ?? "The workflow";
  const times = `${count(operation, actual)} times instead of ${count(operation, expected)}`;
  const [effect] = actual.filter((each) => each.operation === operation);
  if (effect === undefined || count(operation, actual) < count(operation, expected)) return `${operation} called ${name} ${times}.`;
  if (effect.token !== undefined) return `${operation} called ${name} ${times}, each time with another token: ${actual.map(({ token }) => token).join(", ")}. ${TOKEN_ADVICE}`;
  return `${operation} called ${name}, which has no token, ${times}. ${TOKEN_ADVICE}`;
}

function outcomeDiffers(run: Finished, reference: Finished): string | undefined {
  const [actual, expected] = [outcome(run), outcome(reference)];
  if (actual === expected) return undefined;
  return `The outcome is ${actual}, and without a crash ${expected}. ${firstDifference(run, reference)}`;
}

/** The outcome as JSON. */
export function outcome({ status, result, error }: Pick<Finished, "status" | "result" | "error">): string {
  return withoutStepUuids(JSON.stringify({ status, ...(result !== undefined && { result: JSON.parse(result) as unknown }), ...(error && { error }) }));
}

/** Names the operation at which two runs part. */
function firstDifference(run: Finished, reference: Finished): string {
  const expected = new Map(reference.operations.map((operation) => [operation.id, operation]));
  for (const operation of run.operations) {
    const before = expected.get(operation.id);
    expected.delete(operation.id);
    if (before === undefined || describe(before) !== describe(operation)) {
      const left = [operation, before].some((each) => each?.status === "STARTED");
      const advice = left ? " The handler must not go on without an operation that it waits for: let operations time out, and race them with context.promise.race." : "";
      return `The first difference is ${describe(operation)}; without a crash ${before === undefined ? "there is no such operation" : `it is ${describe(before)}`}.${advice}`;
    }
  }
  const [missing] = expected.values();
  if (missing !== undefined) return `The first difference is that ${kindAndName(missing)} is missing.`;
  const last = run.operations.at(-1);
  return `All operations are the same, so the difference arises outside of them${last === undefined ? "" : `; the last one is ${kindAndName(last)}`}.`;
}

function describe(operation: OperationRecord): string {
  const { status, result, error } = operation;
  const ended = result ?? (error === undefined ? undefined : JSON.stringify(error));
  return withoutStepUuids(`${kindAndName(operation)}, ${status}${ended === undefined ? "" : ` with ${ended}`}`);
}
