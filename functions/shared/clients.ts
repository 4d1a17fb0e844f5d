/**
 * Configuration of the AWS clients that start and follow tasks.
 *
 * One call with its retry ends within the shortest heartbeat time-out of a callback, 15 s: without `throwOnRequestTimeout`, the client
 * logs a warning and continues to wait. The steps retry for longer.
 */
export const taskClientConfiguration = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2000, requestTimeout: 5000, throwOnRequestTimeout: true },
};
