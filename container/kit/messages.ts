import type { JobErrorType } from "./contract.ts";

/** What the supervisor sends to the work's process over the IPC channel. */
export type Command =
  | { readonly type: "start"; readonly input: unknown; readonly heartbeatSeconds: number }
  /** Aborts the work's signal. */
  | { readonly type: "stop"; readonly reason: string };

/** How the work ended. */
export type WorkResultMessage =
  | { readonly type: "succeeded"; readonly result: unknown }
  | { readonly type: "failed"; readonly errorType: JobErrorType; readonly message: string; readonly exitCode: number };

/** What the work's process sends to the supervisor. */
export type WorkMessage = { readonly type: "heartbeat" } | WorkResultMessage;
