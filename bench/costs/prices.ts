/**
 * AWS's list prices in USD for us-east-1, as of 21 November 2026. Re-read the pages before you rely on them:
 * https://aws.amazon.com/lambda/pricing/ (requests, duration on arm64, durable operations and data).
 */
export const PRICES = {
  /** One start, step, retry, wait, poll, callback, branch or chained invoke of a durable execution. */
  durableOperation: 8 / 1_000_000,
  /** One byte that a durable execution writes. */
  writtenByte: 0.25 / 1_000_000_000,
  /** One invocation. */
  request: 0.2 / 1_000_000,
  /** One GB of memory for a second, arm64. */
  gigabyteSecond: 0.000_013_333_4,
} as const;
