import type { OperationType, OperationUpdate } from "../operation.ts";
import { invalid } from "./invalid.ts";
import type { ExecutionState } from "./state.ts";
import { exceeds, isErrorTooLarge, MAX_ERROR_BYTES, MAX_OPERATION_PAYLOAD_BYTES } from "./limits.ts";
import { type Known, validateTransition } from "./transitions.ts";

const ACTIONS: Readonly<Record<OperationType, readonly string[]>> = {
  EXECUTION: ["SUCCEED", "FAIL"],
  CONTEXT: ["START", "SUCCEED", "FAIL"],
  STEP: ["START", "SUCCEED", "FAIL", "RETRY"],
  WAIT: ["START", "CANCEL"],
  // CANCEL has no event in the API's history for these two, so it is not taken.
  CALLBACK: ["START"],
  CHAINED_INVOKE: ["START"],
};

/** An update that has passed {@link validateUpdates}. */
export type ValidUpdate = OperationUpdate & { readonly Id: string; readonly Type: OperationType };

/**
 * Checks a checkpoint's updates against the state and against each other, without changing anything: a checkpoint is
 * taken whole or not at all.
 *
 * @param maxResultBytes bound of the execution's own result
 * @throws AwsError InvalidParameterValueException
 */
export function validateUpdates(
  state: ExecutionState,
  updates: readonly OperationUpdate[],
  maxResultBytes: number,
): asserts updates is readonly ValidUpdate[] {
  validateExecutionUpdate(updates);
  /** Operations as the batch leaves them. */
  const touched = new Map<string, Known & { readonly updates: number }>();
  for (const update of updates) {
    if (update.Id === undefined || update.Id === "") throw invalid("Operation update must have an Id.");
    const earlier = touched.get(update.Id);
    if (earlier !== undefined && !mayFollow(earlier, update)) {
      throw invalid("Cannot update the same operation twice in a single request.");
    }
    validateParent(state, touched, update);
    const type = update.Type;
    if (!isOperationType(type)) throw invalid("Unknown operation type.");
    if (!ACTIONS[type].includes(update.Action)) throw invalid("Invalid action for the given operation type.");
    validatePayload(update, maxResultBytes);
    if (type === "EXECUTION") continue;
    const status = validateTransition(update, type, earlier ?? state.operations.get(update.Id));
    touched.set(update.Id, {
      type,
      status,
      name: update.Name,
      subType: update.SubType,
      parentId: update.ParentId,
      updates: (earlier?.updates ?? 0) + 1,
    });
  }
}

function validateExecutionUpdate(updates: readonly OperationUpdate[]): void {
  const first = updates.findIndex((update) => update.Type === "EXECUTION");
  if (first === -1) return;
  if (updates.findLastIndex((update) => update.Type === "EXECUTION") !== first) {
    throw invalid("Cannot checkpoint multiple EXECUTION updates.");
  }
  if (first !== updates.length - 1) throw invalid("EXECUTION checkpoint must be the last update.");
}

/** A STEP or CONTEXT may be started and then go on once in the same batch. */
function mayFollow(earlier: Known & { readonly updates: number }, update: OperationUpdate): boolean {
  return earlier.updates === 1 && earlier.status === "STARTED" && update.Action !== "START" && (earlier.type === "STEP" || earlier.type === "CONTEXT");
}

function validateParent(state: ExecutionState, touched: ReadonlyMap<string, Known>, update: OperationUpdate): void {
  if (update.ParentId === undefined) return;
  const parent = touched.get(update.ParentId) ?? state.operations.get(update.ParentId);
  if (parent?.type !== "CONTEXT") throw invalid("Invalid parent operation id.");
}

function validatePayload(update: OperationUpdate, maxResultBytes: number): void {
  const { Type: type, Action: action } = update;
  if (isErrorTooLarge(update.Error)) throw invalid(`Error object size must be less than ${MAX_ERROR_BYTES} bytes.`);
  if (action === "FAIL" && update.Payload !== undefined) throw invalid("Cannot provide a Payload for FAIL action.");
  if (action === "SUCCEED" && update.Error !== undefined) throw invalid("Cannot provide an Error for SUCCEED action.");
  if (type === "CHAINED_INVOKE") {
    if (exceeds(update.Payload, MAX_OPERATION_PAYLOAD_BYTES)) {
      throw invalid(`CHAINED_INVOKE input payload size must be less than or equal to ${MAX_OPERATION_PAYLOAD_BYTES} bytes.`);
    }
    return;
  }
  const limit = type === "EXECUTION" ? maxResultBytes : MAX_OPERATION_PAYLOAD_BYTES;
  if (exceeds(update.Payload, limit)) throw invalid(`${type} payload size must be less than or equal to ${limit} bytes.`);
}

function isOperationType(type: string): type is OperationType {
  return Object.hasOwn(ACTIONS, type);
}
