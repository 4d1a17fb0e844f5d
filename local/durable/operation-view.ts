import type { Operation } from "./operation.ts";
import type { ExecutionState, OperationRecord } from "./machine/state.ts";

/** The operation as handlers see it. */
export function operationView(state: ExecutionState, record: OperationRecord): Operation {
  const common = {
    Id: record.id,
    ParentId: record.parentId,
    Name: record.name,
    Type: record.type,
    SubType: record.subType,
    StartTimestamp: record.startedAt,
    EndTimestamp: record.endedAt,
    Status: record.status,
  };
  const { result: Result, error } = record;
  switch (record.type) {
    case "EXECUTION":
      return { ...common, ExecutionDetails: { InputPayload: state.input } };
    case "CONTEXT":
      return { ...common, ContextDetails: { ReplayChildren: record.replayChildren, Result, Error: error } };
    case "STEP":
      return { ...common, StepDetails: { Attempt: record.attempt ?? 0, NextAttemptTimestamp: record.scheduledAt, Result, Error: error } };
    case "WAIT":
      return { ...common, WaitDetails: { ScheduledEndTimestamp: record.scheduledAt } };
    case "CALLBACK":
      return { ...common, CallbackDetails: { CallbackId: record.callbackId, Result, Error: error } };
    case "CHAINED_INVOKE":
      return { ...common, ChainedInvokeDetails: { Result, Error: error } };
  }
}

/**
 * The operations that a replay needs, in the order of their creation. What lies below a closed context is left out,
 * unless the context asked to be rebuilt from its children.
 */
export function* replayOperations(state: ExecutionState): Generator<OperationRecord> {
  const closed = new Set<string>();
  for (const record of state.operations.values()) {
    const hidden = record.parentId !== undefined && closed.has(record.parentId);
    const folds = record.type === "CONTEXT" && record.status !== "STARTED" && record.replayChildren !== true;
    if (hidden || folds) closed.add(record.id);
    if (!hidden) yield record;
  }
}
