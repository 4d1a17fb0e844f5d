import { createRetryStrategy, type RetryDecision } from "@aws/durable-execution-sdk-js";
import { isServerError, isThrottlingError, isTransientError } from "@smithy/core/retry";

type RetryStrategy = (error: Error, attempt: number) => RetryDecision;

/** Throttling, 5xx and network errors: what may go well next time. A validation error or a missing permission never does. */
export function isTransient(error: Error): boolean {
  // The classification reads any error; its parameter type only adds optional fields, some of them incompatible with a bare Error.
  const candidate = error as Parameters<typeof isThrottlingError>[0];
  return isThrottlingError(candidate) || isTransientError(candidate) || isServerError(candidate);
}

const backOff = createRetryStrategy({ maxAttempts: 8, initialDelay: { seconds: 1 }, maxDelay: { minutes: 1 } });

/** For calls of AWS APIs, on top of the AWS client's own retries within one attempt. */
export const retryTransient: RetryStrategy = (error, attempt) => (isTransient(error) ? backOff(error, attempt) : { shouldRetry: false });
