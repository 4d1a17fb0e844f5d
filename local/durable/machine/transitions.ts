import type { OperationStatus, OperationType, OperationUpdate } from "../operation.ts";
import { invalid } from "./invalid.ts";
import type { OperationRecord } from "./state.ts";


/** What validation knows of an operation: its record, or what an earlier update of the batch made of it. */
export type Known = Pick<OperationRecord, "type" | "status" | "name" | "subType" | "parentId">;

/**
 * Whether the operation may take the update as it is now.
 *
 * @returns its status afterwards
 * @throws AwsError InvalidParameterValueException
 */
export function validateTransition(update: OperationUpdate, type: OperationType, current: Known | undefined): OperationStatus {
  if (current !== undefined) validateIdentity(update, current);
  if (type === "STEP") return stepTransition(update, current);
  switch (update.Action) {
    case "START":
      if (current !== undefined) throw invalid(`Cannot start a ${type} that already exists.`);
      validateStartOptions(update);
      return "STARTED";
    case "CANCEL":
      if (current?.status !== "STARTED") throw invalid(`Cannot cancel a ${type} that does not exist or has already completed.`);
      return "CANCELLED";
    default:
      // A context may be closed without having been started: the SDK need not wait for the START to be durable.
      if (current !== undefined && current.status !== "STARTED") throw invalid(`Invalid current ${type} state to close.`);
      return update.Action === "SUCCEED" ? "SUCCEEDED" : "FAILED";
  }
}

function stepTransition(update: OperationUpdate, current: Known | undefined): OperationStatus {
  const open = current === undefined || current.status === "STARTED" || current.status === "READY";
  switch (update.Action) {
    case "START":
      if (current !== undefined && current.status !== "READY") throw invalid("Invalid current STEP state to start.");
      return "STARTED";
    case "RETRY":
      if (!open) throw invalid("Invalid current STEP state to re-attempt.");
      if (update.StepOptions?.NextAttemptDelaySeconds === undefined) throw invalid("Invalid StepOptions for the given action.");
      if (update.Error !== undefined && update.Payload !== undefined) throw invalid("Cannot provide both error and payload to RETRY a STEP.");
      return "PENDING";
    default:
      if (!open) throw invalid("Invalid current STEP state to close.");
      return update.Action === "SUCCEED" ? "SUCCEEDED" : "FAILED";
  }
}

function validateStartOptions(update: OperationUpdate): void {
  if (update.Type === "WAIT" && update.WaitOptions?.WaitSeconds === undefined) {
    throw invalid("Update for WAIT operation requires WaitOptions.");
  }
  if (update.Type === "CHAINED_INVOKE" && update.ChainedInvokeOptions?.FunctionName === undefined) {
    throw invalid("Update for CHAINED_INVOKE operation requires ChainedInvokeOptions.");
  }
}

/** An update that leaves a member out says nothing about it. */
function validateIdentity(update: OperationUpdate, current: Known): void {
  if (current.type !== update.Type) throw invalid("Inconsistent operation type.");
  if (differs(update.SubType, current.subType)) throw invalid("Inconsistent operation subtype.");
  if (differs(update.Name, current.name)) throw invalid("Inconsistent operation name.");
  if (differs(update.ParentId, current.parentId)) throw invalid("Inconsistent parent operation id.");
}

function differs(updated: string | undefined, current: string | undefined): boolean {
  return updated !== undefined && current !== undefined && updated !== current;
}
