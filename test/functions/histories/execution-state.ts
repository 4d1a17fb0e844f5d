import {
  type DurableExecutionClient,
  type DurableExecutionInvocationInput,
  DurableExecutionInvocationInputWithClient,
  type DurableLambdaHandler,
} from "@aws/durable-execution-sdk-js";
import type { Context } from "aws-lambda";

type Checkpoint = DurableExecutionClient["checkpoint"];
type Update = NonNullable<Parameters<Checkpoint>[0]["Updates"]>[number];
export type Operation = DurableExecutionInvocationInput["InitialExecutionState"]["Operations"][number];

/** How a callback is answered: with a result, or an error. */
export type Answer = { readonly result: string } | { readonly errorType: string; readonly errorMessage: string };

export type Outcome = { readonly Status: string; readonly Result?: string | undefined; readonly Error?: { readonly ErrorType?: string | undefined; readonly ErrorMessage?: string | undefined } | undefined };

export const EXECUTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:workflow:1/durable-execution/history/00000000-0000-4000-8000-000000000000";
const LONG_AGO = new Date("2026-01-01T00:00:00Z");

/** The other side of the durable SDK, as small as can be: keeps the operations of one execution, and time passes at once. */
export class ExecutionState implements DurableExecutionClient {
  /** What the handler began in the last invocation, in order. */
  begun: Operation[] = [];
  readonly #operations: Map<string, Operation>;
  readonly #answers: Answer[];

  constructor(operations: readonly Operation[] = [], answers: readonly Answer[] = []) {
    this.#operations = new Map(operations.map((operation) => [String(operation.Id), structuredClone(operation)]));
    this.#answers = [...answers];
  }

  get operations(): readonly Operation[] {
    return [...this.#operations.values()];
  }

  /** Invokes the handler once, on what there is. */
  async invoke(handler: DurableLambdaHandler, payload: unknown): Promise<Outcome> {
    this.begun = [];
    const execution: Operation = { Id: "execution", Type: "EXECUTION", Status: "STARTED", StartTimestamp: LONG_AGO, ExecutionDetails: { InputPayload: JSON.stringify(payload) } };
    const input = { DurableExecutionArn: EXECUTION_ARN, CheckpointToken: "0", InitialExecutionState: { Operations: structuredClone([execution, ...this.operations]) } };
    // All that the SDK asks of Lambda's context.
    const context = { awsRequestId: "1", getRemainingTimeInMillis: () => 60_000 } as Context;
    return handler(new DurableExecutionInvocationInputWithClient(input, this), context);
  }

  /** Ends what the execution waits for: waits, delays before retries, callbacks. A callback that nobody completes times out when nothing else can end. */
  passTime(): void {
    const open = [...this.#operations.values()].filter(({ Status }) => Status === "PENDING" || Status === "STARTED");
    let ended = 0;
    for (const operation of open) {
      if (operation.Status === "PENDING") operation.Status = "READY";
      else if (operation.Type === "WAIT") operation.Status = "SUCCEEDED";
      else if (operation.Type !== "CALLBACK" || this.#answers.length === 0) continue;
      else this.#answer(operation, this.#answers.shift());
      ended += 1;
    }
    if (ended > 0) return;
    for (const operation of open.filter(({ Type }) => Type === "CALLBACK")) this.#answer(operation);
  }

  async checkpoint({ Updates = [] }: Parameters<Checkpoint>[0]): ReturnType<Checkpoint> {
    const changed = Updates.map((update) => this.#apply(update));
    return { CheckpointToken: "0", NewExecutionState: { Operations: structuredClone(changed) } };
  }

  async getExecutionState(): ReturnType<DurableExecutionClient["getExecutionState"]> {
    throw new Error("The state is handed over whole");
  }

  #answer(operation: Operation, answer: Answer = { errorType: "Callback.Timeout", errorMessage: "Callback timed out" }): void {
    const failed = "errorType" in answer;
    operation.Status = failed ? "FAILED" : "SUCCEEDED";
    Object.assign(operation.CallbackDetails!, failed ? { Error: { ErrorType: answer.errorType, ErrorMessage: answer.errorMessage } } : { Result: answer.result });
  }

  #apply(update: Update): Operation {
    const operation = this.#operations.get(String(update.Id)) ?? this.#begin(update);
    const outcome = { ...(update.Payload !== undefined && { Result: update.Payload }), ...(update.Error && { Error: { ErrorType: update.Error.ErrorType, ErrorMessage: update.Error.ErrorMessage } }) };
    if (update.Action === "SUCCEED" || update.Action === "FAIL") operation.Status = update.Action === "FAIL" ? "FAILED" : "SUCCEEDED";
    if (update.Action === "RETRY") operation.Status = "PENDING";
    if (update.Type === "CONTEXT" && update.Action !== "START") operation.ContextDetails = { ...outcome, ...(update.ContextOptions?.ReplayChildren && { ReplayChildren: true }) };
    if (update.Type === "STEP") {
      const attempt = operation.StepDetails?.Attempt ?? 1;
      operation.StepDetails = { Attempt: update.Action === "RETRY" ? attempt + 1 : attempt, ...outcome };
    }
    return operation;
  }

  #begin({ Id, ParentId, Name, Type, SubType }: Update): Operation {
    const operation: Operation = { Id, ...(ParentId !== undefined && { ParentId }), ...(Name !== undefined && { Name }), Type, ...(SubType !== undefined && { SubType }), Status: "STARTED", StartTimestamp: LONG_AGO };
    if (Type === "CALLBACK") operation.CallbackDetails = { CallbackId: `callback-${this.#operations.size}` };
    this.#operations.set(String(Id), operation);
    this.begun.push(structuredClone(operation));
    return operation;
  }
}
