/** Lambda's own failures are tried again at once this often before they wait like the handler's. */
const IMMEDIATE_PLATFORM_RETRIES = 3;
const FIRST_DELAY_SECONDS = 1;
const LONGEST_DELAY_SECONDS = 300;

/**
 * How long a failed invocation waits before it runs again, in declared seconds. AWS documents exponential back-off until
 * the invocation succeeds or the execution times out, but not its figures: here 1 s doubling up to 5 minutes.
 *
 * @param failures failed invocations in a row, this one included
 */
export function retryDelaySeconds(errorType: string, failures: number): number {
  if (isPlatformError(errorType) && failures <= IMMEDIATE_PLATFORM_RETRIES) return 0;
  const waited = isPlatformError(errorType) ? failures - IMMEDIATE_PLATFORM_RETRIES : failures;
  return Math.min(FIRST_DELAY_SECONDS * 2 ** (waited - 1), LONGEST_DELAY_SECONDS);
}

/** A handler that runs into its time-out is the function's fault, though the sandbox reports it. */
function isPlatformError(errorType: string): boolean {
  return /^(?:Runtime|Extension|Sandbox)\./.test(errorType) && errorType !== "Sandbox.Timedout";
}
