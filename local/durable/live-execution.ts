import type { FunctionVersion } from "../lambda/function-version.ts";
import type { CheckpointResponse } from "./contract.ts";
import { MAX_PAYLOAD_BYTES } from "./machine/limits.ts";
import type { RunningInvocation } from "./machine/invocation.ts";
import type { ExecutionState } from "./machine/state.ts";
import type { ExecutionRow } from "./repository.ts";
import type { ExecutionStatus } from "./status.ts";

/** An invocation in flight. It lives in memory only: a stack that was killed invokes again, with new tokens. */
export interface Invocation extends RunningInvocation {
  readonly version: FunctionVersion;
  /** The token that the next checkpoint must carry. Absent once the execution has closed or a pause has interrupted the invocation. */
  token?: string;
  /** Operations that have changed since the handler was last shown the state. */
  readonly unseen: Set<string>;
  /** The last checkpoint's answer, for a client that lost it and asks again. */
  answered?: { readonly clientToken: string | undefined; readonly token: string; readonly response: CheckpointResponse };
}

/** An execution in memory. Kept while it has an invocation; the others are read from the store for each command. */
export interface LiveExecution {
  readonly row: ExecutionRow;
  readonly arn: string;
  readonly state: ExecutionState;
  /** The status in the store. */
  status: ExecutionStatus;
  /** Whether an invocation is due or in flight. */
  active: boolean;
  invocation?: Invocation;
  /** Changes that an invocation ended without having been shown. */
  unseenBefore?: ReadonlySet<string>;
  /** Epoch milliseconds: the last start of the stack or wake-up of the machine after which its heartbeat time-outs were put off. */
  excusedAt?: number;
  /** The moment for which its timer is set. */
  watched?: number;
}

/** Bound of an execution's result in bytes, which depends on who takes it. */
export function maxResultBytes({ row }: LiveExecution): number {
  return row.origin === "RequestResponse" ? MAX_PAYLOAD_BYTES.RequestResponse : MAX_PAYLOAD_BYTES.Event;
}
