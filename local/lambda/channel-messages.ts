import type { RuntimeInvocation } from "./runtime-channel.ts";

/** What the durable SDK asks of a client: `checkpoint` or `getExecutionState`, with the API's input. */
export interface StateCall {
  readonly operation: "checkpoint" | "getExecutionState";
  readonly input: unknown;
}

/** An error of the durable API as AWS's clients show it. */
export interface StateRefusal {
  readonly name: string;
  readonly message: string;
  readonly httpStatusCode: number;
}

/** From the stack to the process of an execution environment. */
export type ToProcess =
  /** `durable` says that the event is that of a durable execution. */
  | { readonly kind: "invoke"; readonly invocation: RuntimeInvocation; readonly durable: boolean }
  | { readonly kind: "answer"; readonly id: number; readonly output: unknown }
  | { readonly kind: "refusal"; readonly id: number; readonly refusal: StateRefusal };

/** From the process to the stack, where what is said in one turn travels together, as an array. */
export type FromProcess =
  | { readonly kind: "ready" }
  | { readonly kind: "response" | "error"; readonly requestId: string; readonly body: string }
  | { readonly kind: "initError"; readonly body: string }
  | ({ readonly kind: "call"; readonly id: number } & StateCall);
