import type { Event } from "@aws-sdk/client-lambda";
import { PRICES } from "./prices.ts";

/** What one execution is billed for. */
export interface Usage {
  readonly operations: number;
  readonly invocations: number;
  readonly bytesWritten: number;
  /** Seconds that its invocations lasted. */
  readonly computeSeconds: number;
}

/** Each of these is an operation; a retry, and a further poll of a condition, is one more. */
const OPERATIONS = new Set(["ExecutionStarted", "StepStarted", "WaitStarted", "CallbackStarted", "ContextStarted", "ChainedInvokeStarted"]);

/** Reads off an execution's history what AWS would bill. */
export function meter(events: readonly Event[]): Usage {
  let operations = 0;
  let invocations = 0;
  let bytesWritten = 0;
  let computeSeconds = 0;
  for (const event of events) {
    const retry = (event.StepFailedDetails ?? event.StepSucceededDetails)?.RetryDetails?.NextAttemptDelaySeconds;
    if (OPERATIONS.has(event.EventType ?? "")) operations++;
    if (retry !== undefined) operations++;
    bytesWritten += payloadBytes(event);
    const invocation = event.InvocationCompletedDetails;
    if (invocation === undefined) continue;
    invocations++;
    computeSeconds += Math.max(0, Number(invocation.EndTimestamp) - Number(invocation.StartTimestamp)) / 1000;
  }
  return { operations, invocations, bytesWritten, computeSeconds };
}

/** USD for so many runs: durable operations, data, requests and duration; the tasks, records and schedules are not in it. */
export function costOf(usage: Usage, runs: number, memoryGigabytes: number): number {
  const { operations, invocations, bytesWritten, computeSeconds } = usage;
  const one =
    operations * PRICES.durableOperation +
    bytesWritten * PRICES.writtenByte +
    invocations * PRICES.request +
    computeSeconds * memoryGigabytes * PRICES.gigabyteSecond;
  return one * runs;
}

/** Bytes of everything that the event carries as a payload: input, results, errors. */
function payloadBytes(value: unknown): number {
  if (value === null || typeof value !== "object" || value instanceof Date) return 0;
  let bytes = 0;
  for (const [key, member] of Object.entries(value)) {
    if (key === "Payload") bytes += Buffer.byteLength(typeof member === "string" ? member : JSON.stringify(member));
    else bytes += payloadBytes(member);
  }
  return bytes;
}
