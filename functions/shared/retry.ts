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
const backOffLonger = createRetryStrategy({ maxAttempts: 8, initialDelay: { seconds: 5 }, maxDelay: { minutes: 2 } });

/** For calls of AWS APIs, on top of the AWS client's own three tries within one attempt. */
export const retryTransient: RetryStrategy = (error, attempt) => (isTransient(error) ? backOff(error, attempt) : { shouldRetry: false });

/** For RunTask: capacity takes longer to come back than an API. */
export const retryTransientOrCapacity: RetryStrategy = (error, attempt) =>
  error.name === "CapacityUnavailable" ? backOffLonger(error, attempt) : retryTransient(error, attempt);
