/** An invocation as the process of a Node function gets it. */
export interface NextInvocation {
  readonly requestId: string;
  readonly event: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly functionArn: string;
  readonly traceId: string;
  /** JSON. */
  readonly clientContext?: string;
  /** The durable API for this event, where the channel offers it: the SDK then makes no AWS client of its own. */
  readonly durableClient?: object;
}

/** The process's side of the channel to the stack. When the stack is gone, so is the process. */
export interface RuntimeLink {
  next(): Promise<NextInvocation>;
  answer(requestId: string, kind: "response" | "error", body: string): Promise<void>;
  initError(body: string): Promise<void>;
  /** Resolves when nothing of what was said would be lost with the process. */
  sent(): Promise<void>;
}
