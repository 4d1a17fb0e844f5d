import { DurableOperationError } from "@aws/durable-execution-sdk-js";
import type * as workflows from "../index.ts";

/**
 * The names under which failed executions of any workflow are known.
 *
 * - `InvalidInput`: the caller's input is wrong; never retried
 * - `JobFailed`: the job failed by itself; never run again
 * - `JobLost`: the platform took the job away; run again, up to a bound
 * - `JobTimedOut`: no heartbeat, or over its time limit
 * - `CapacityUnavailable`: ECS has refused to start the task, for want of capacity or quota, for as long as the setting allows
 * - `TaskRefused`: ECS refuses to run the task for another reason; never retried
 */
export const SHARED_ERROR_TYPES = ["InvalidInput", "JobFailed", "JobLost", "JobTimedOut", "CapacityUnavailable", "TaskRefused"] as const;

export type SharedErrorType = (typeof SHARED_ERROR_TYPES)[number];

type Declared = typeof workflows;

/** Error types that one workflow declares for itself. */
type OwnErrorType = { [Name in keyof Declared]: keyof NonNullable<Declared[Name]["errors"]> & string }[keyof Declared];

export type WorkflowErrorType = SharedErrorType | OwnErrorType;

/** An error whose name becomes the error type of the failed execution. */
export class WorkflowError extends Error {
  constructor(type: WorkflowErrorType, message: string) {
    super(message);
    this.name = type;
  }
}

/**
 * What a durable operation really failed with.
 *
 * The SDK wraps the error of a step (`StepError` and its kin) and rebuilds it at a replay, where `instanceof` on own classes no longer
 * works; name and message of the cause survive both.
 */
export function unwrapOperationError(error: unknown): unknown {
  return error instanceof DurableOperationError && error.cause ? unwrapOperationError(error.cause) : error;
}
