import type { FunctionVersion } from "../lambda/function-version.ts";
import type { Operation, OperationUpdate } from "./operation.ts";
import type { EndStatus } from "./status.ts";

export interface ErrorObject {
  readonly ErrorMessage?: string;
  readonly ErrorType?: string;
  readonly ErrorData?: string;
  readonly StackTrace?: readonly string[];
}

export interface StartRequest {
  readonly version: FunctionVersion;
  /** Execution name: the same name and input attach to the existing execution. A UUID when absent. */
  readonly name?: string;
  /** The caller's payload, as sent. */
  readonly input: string;
  readonly invocationType: "RequestResponse" | "Event";
}

export interface ClosedExecution {
  readonly executionArn: string;
  readonly status: EndStatus;
  readonly result?: string;
  readonly error?: ErrorObject;
}

/** Starting durable executions: Lambda's way into the engine. */
export interface DurableExecutionStarter {
  /**
   * Records a new execution in this turn's transaction; its first invocation follows the commit.
   *
   * @throws AwsError InvalidParameterValueException (15-minute rule), DurableExecutionAlreadyStartedException, RequestTooLargeException
   */
  start(request: StartRequest): { readonly executionArn: string; readonly existing: boolean };
  /** Resolves when the execution has closed, at once if it has. */
  waitForClose(executionArn: string): Promise<ClosedExecution>;
}

export interface CheckpointRequest {
  readonly DurableExecutionArn: string;
  readonly CheckpointToken: string;
  readonly ClientToken?: string;
  readonly Updates?: readonly OperationUpdate[];
}

export interface CheckpointResponse {
  /** Absent when the checkpoint closed the execution or met a pause: the invocation can't checkpoint again. */
  readonly CheckpointToken?: string;
  readonly NewExecutionState: { readonly Operations: readonly Operation[] };
}

export interface StateRequest {
  readonly DurableExecutionArn: string;
  readonly CheckpointToken: string;
  readonly Marker?: string;
  /** 1 to 1,000. */
  readonly MaxItems?: number;
}

export interface StateResponse {
  readonly Operations: readonly Operation[];
  readonly NextMarker?: string;
}

/**
 * What a running handler needs of the engine. Both work in this turn's transaction: the answer may be given once
 * `store.committed()` has resolved. Time stamps are epoch milliseconds, as in the invocation event.
 *
 * @throws AwsError InvalidParameterValueException
 */
export interface DurableStateAccess {
  checkpoint(request: CheckpointRequest): CheckpointResponse;
  getExecutionState(request: StateRequest): StateResponse;
}
