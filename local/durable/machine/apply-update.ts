import type { ErrorObject } from "../contract.ts";
import type { CheckpointCommand } from "./checkpoint.ts";
import { after, record, timeoutAfter, type Moment } from "./decision.ts";
import type { OperationEvent, RecordedEvent } from "./event.ts";
import type { ExecutionState } from "./state.ts";
import type { ValidUpdate } from "./validate.ts";

const NO_ERROR: ErrorObject = {};

/** Records what a valid update means. */
export function applyUpdate(
  state: ExecutionState,
  events: RecordedEvent[],
  update: ValidUpdate,
  command: CheckpointCommand,
  moment: Moment,
): void {
  const known = state.operations.get(update.Id);
  const common: OperationEvent = {
    id: update.Id,
    name: update.Name ?? known?.name,
    subType: update.SubType ?? known?.subType,
    parentId: update.ParentId ?? known?.parentId,
    at: moment.now,
  };
  const emit = (event: RecordedEvent) => record(state, events, event);
  switch (update.Type) {
    case "EXECUTION":
      if (update.Action === "SUCCEED") emit({ type: "ExecutionSucceeded", at: moment.now, result: update.Payload });
      else emit({ type: "ExecutionFailed", at: moment.now, error: update.Error ?? NO_ERROR });
      return;
    case "CONTEXT":
      emit(contextEvent(update, common));
      return;
    case "STEP":
      emit(stepEvent(update, common, (known?.attempt ?? 0) + 1, moment));
      return;
    case "WAIT": {
      const seconds = update.WaitOptions?.WaitSeconds ?? 0;
      if (update.Action === "CANCEL") emit({ type: "WaitCancelled", ...common });
      else emit({ type: "WaitStarted", ...common, seconds, due: after(moment, seconds) });
      return;
    }
    case "CALLBACK":
      emit(callbackEvent(update, common, command.callbackId(update.Id), moment));
      return;
    case "CHAINED_INVOKE":
      startChainedInvoke(emit, update, common, command);
  }
}

function contextEvent(update: ValidUpdate, common: OperationEvent): RecordedEvent {
  if (update.Action === "START") return { type: "ContextStarted", ...common };
  const replayChildren = update.ContextOptions?.ReplayChildren;
  if (update.Action === "SUCCEED") return { type: "ContextSucceeded", ...common, result: update.Payload, replayChildren };
  return { type: "ContextFailed", ...common, error: update.Error, replayChildren };
}

function stepEvent(update: ValidUpdate, common: OperationEvent, attempt: number, moment: Moment): RecordedEvent {
  switch (update.Action) {
    case "START":
      return { type: "StepStarted", ...common };
    case "SUCCEED":
      return { type: "StepSucceeded", ...common, attempt, result: update.Payload };
    case "FAIL":
      return { type: "StepFailed", ...common, attempt, error: update.Error };
    default: {
      const delaySeconds = update.StepOptions?.NextAttemptDelaySeconds ?? 0;
      const retry = { delaySeconds, due: after(moment, delaySeconds) };
      // A retry without an error is a condition that keeps being waited for: the attempt was a success.
      if (update.Error === undefined) return { type: "StepSucceeded", ...common, attempt, result: update.Payload, retry };
      return { type: "StepFailed", ...common, attempt, error: update.Error, retry };
    }
  }
}

function callbackEvent(update: ValidUpdate, common: OperationEvent, callbackId: string, moment: Moment): RecordedEvent {
  // 0 means none.
  const timeoutSeconds = update.CallbackOptions?.TimeoutSeconds || undefined;
  const heartbeatSeconds = update.CallbackOptions?.HeartbeatTimeoutSeconds || undefined;
  return {
    type: "CallbackStarted",
    ...common,
    callbackId,
    timeoutSeconds,
    timeoutAt: timeoutSeconds === undefined ? undefined : timeoutAfter(moment, timeoutSeconds),
    heartbeatSeconds,
    heartbeatAt: heartbeatSeconds === undefined ? undefined : timeoutAfter(moment, heartbeatSeconds),
  };
}

function startChainedInvoke(
  emit: (event: RecordedEvent) => void,
  update: ValidUpdate,
  common: OperationEvent,
  command: CheckpointCommand,
): void {
  const target = command.targets.get(update.Id);
  const started = {
    type: "ChainedInvokeStarted",
    ...common,
    functionName: update.ChainedInvokeOptions?.FunctionName ?? "",
    tenantId: update.ChainedInvokeOptions?.TenantId,
    input: update.Payload,
  } as const;
  if (target === undefined || "error" in target) {
    emit(started);
    emit({ type: "ChainedInvokeFailed", ...common, error: target?.error ?? NO_ERROR });
  } else {
    emit({ ...started, executedVersion: target.executedVersion, executionArn: target.executionArn });
  }
}
