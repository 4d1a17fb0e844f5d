import type { Site } from "./plan.ts";

/** What the stack has said yes to: the promises that the audit holds it to. */
export interface Ledger {
  readonly executions: { readonly site: Site; readonly workflow: string; readonly key: string; readonly executionArn: string }[];
  /** Keys of asynchronous events for the plain function. */
  readonly notes: string[];
  /** One-time schedules by name. */
  readonly schedules: string[];
  /** Callback answers that were acknowledged. */
  readonly answers: { readonly executionId: string; readonly answer: string }[];
  /** Executions that were seen closed, by ARN: how, as text to compare. */
  readonly closed: Map<string, string>;
  /** Executions whose end has changed after it was seen. */
  readonly changed: { readonly executionArn: string; readonly before: string; readonly after: string }[];
  /** Executions whose pause was acknowledged, by ARN. */
  readonly paused: string[];
  /** Requests that the stack has refused for good, with its words. */
  readonly refused: string[];
}

export function newLedger(): Ledger {
  return { executions: [], notes: [], schedules: [], answers: [], closed: new Map(), changed: [], refused: [], paused: [] };
}

/** Notes how a closed execution ended, and whether that is what it was before. */
export function noteClosed(ledger: Ledger, executionArn: string, end: string): void {
  const before = ledger.closed.get(executionArn);
  if (before === undefined) ledger.closed.set(executionArn, end);
  else if (before !== end) ledger.changed.push({ executionArn, before, after: end });
}
