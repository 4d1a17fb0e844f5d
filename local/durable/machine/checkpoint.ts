import type { ErrorObject } from "../contract.ts";
import type { OperationUpdate } from "../operation.ts";
import { hasEnded } from "../status.ts";
import { applyUpdate } from "./apply-update.ts";
import { record, type Moment } from "./decision.ts";
import type { RecordedEvent } from "./event.ts";
import { endInvocationByClose, type RunningInvocation } from "./invocation.ts";
import { invalid } from "./invalid.ts";
import { limitError } from "./limits.ts";
import { takePause } from "./pause.ts";
import type { ExecutionState } from "./state.ts";
import { type ValidUpdate, validateUpdates } from "./validate.ts";

/** What the caller of a chained invoke is told of the function it named, worked out before the checkpoint is decided. */
export type ChainedTarget =
  | { readonly executedVersion: string; readonly executionArn?: string }
  | { readonly error: ErrorObject };

export interface CheckpointCommand {
  readonly updates: readonly OperationUpdate[];
  readonly invocation: RunningInvocation;
  readonly maxResultBytes: number;
  /** Names the callbacks that this checkpoint opens; must be unguessable. */
  callbackId(operationId: string): string;
  /** Where the chained invokes of this checkpoint go. */
  readonly targets: ReadonlyMap<string, ChainedTarget>;
}

/**
 * Takes a checkpoint whole, or throws and takes nothing. A requested pause takes effect with the checkpoint.
 *
 * @returns what it brought about, and the limit that closed the execution instead, if one did
 * @throws AwsError InvalidParameterValueException
 */
export function checkpoint(
  state: ExecutionState,
  command: CheckpointCommand,
  moment: Moment,
): { readonly events: RecordedEvent[]; readonly limit?: ErrorObject } {
  const { updates } = command;
  // A closed or paused execution has no valid token.
  if (hasEnded(state.status) || state.status === "PAUSED") throw invalid("Invalid checkpoint token");
  validateUpdates(state, updates, command.maxResultBytes);
  const events: RecordedEvent[] = [];
  const { operations, bytes } = measure(state, updates);
  const limit = limitError(state, operations, bytes);
  if (limit !== undefined) {
    endInvocationByClose(state, events, command.invocation, moment);
    record(state, events, { type: "ExecutionFailed", at: moment.now, error: limit });
    return { events, limit };
  }
  for (const update of updates) {
    if (update.Type === "EXECUTION") endInvocationByClose(state, events, command.invocation, moment);
    applyUpdate(state, events, update, command, moment);
  }
  if (state.status === "PAUSING") takePause(state, events, true, moment);
  return { events };
}

/** How much the updates add to what is metered. */
function measure(state: ExecutionState, updates: readonly ValidUpdate[]): { operations: number; bytes: number } {
  let operations = 0;
  let bytes = 0;
  const created = new Set<string>();
  for (const update of updates) {
    if (update.Type !== "EXECUTION" && !state.operations.has(update.Id) && !created.has(update.Id)) {
      created.add(update.Id);
      operations++;
    }
    if (update.Action === "RETRY") operations++;
    if (update.Payload !== undefined) bytes += Buffer.byteLength(update.Payload);
    if (update.Error !== undefined) bytes += Buffer.byteLength(JSON.stringify(update.Error));
  }
  return { operations, bytes };
}
