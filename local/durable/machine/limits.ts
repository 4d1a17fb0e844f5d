import type { ErrorObject } from "../contract.ts";
import type { ExecutionState } from "./state.ts";

/** Metered operations of one execution. */
export const MAX_OPERATIONS = 3_000;
/** Bytes that one execution may write: inputs, results and errors. */
export const MAX_BYTES_WRITTEN = 100 * 1_000_000;
/** Input or result of one operation, and the result of a callback (service model, OperationUpdate and SendDurableExecutionCallbackSuccess). */
export const MAX_OPERATION_PAYLOAD_BYTES = 1_048_576;
/** All fields of an error object together (service model, StopDurableExecution). */
export const MAX_ERROR_BYTES = 1_048_576;
/** Input and result of an execution that somebody waits for, and of one started with `Event`. */
export const MAX_PAYLOAD_BYTES = { RequestResponse: 6 * 1_048_576, Event: 1_048_576 } as const;

export function exceeds(payload: string | undefined, bytes: number): boolean {
  // A UTF-16 code unit becomes three bytes at most: short payloads need not be measured.
  return payload !== undefined && payload.length * 3 > bytes && Buffer.byteLength(payload) > bytes;
}

export function isErrorTooLarge(error: ErrorObject | undefined): boolean {
  return error !== undefined && Buffer.byteLength(JSON.stringify(error)) > MAX_ERROR_BYTES;
}

/**
 * The error that ends an execution which would go over its limits with this much more. AWS documents the limits but not
 * how an execution ends at them; here it fails, saying which one it was.
 */
export function limitError(state: ExecutionState, operations: number, bytes: number): ErrorObject | undefined {
  if (state.operationCount + operations > MAX_OPERATIONS) {
    return {
      ErrorType: "DurableOperationLimitExceeded",
      ErrorMessage: `A durable execution can have at most ${MAX_OPERATIONS} durable operations.`,
    };
  }
  if (state.bytesWritten + bytes > MAX_BYTES_WRITTEN) {
    return {
      ErrorType: "DurableStorageLimitExceeded",
      ErrorMessage: `A durable execution can write at most ${MAX_BYTES_WRITTEN} bytes of data.`,
    };
  }
  return undefined;
}
