import type { ErrorObject } from "../../../../local/durable/contract.ts";
import type { InvocationOutcome } from "../../../../local/lambda/function-version.ts";
import { type ChainedTarget, checkpoint } from "../../../../local/durable/machine/checkpoint.ts";
import { record } from "../../../../local/durable/machine/decision.ts";
import type { RecordedEvent } from "../../../../local/durable/machine/event.ts";
import { endInvocation, type Next } from "../../../../local/durable/machine/invocation.ts";
import { endChainedInvoke, reportCallback, stop, type CallbackReport, type ChainedOutcome } from "../../../../local/durable/machine/outside.ts";
import { pause, resume, type ResumeRequest } from "../../../../local/durable/machine/pause.ts";
import { emptyState, type ExecutionState, type OperationRecord, type PauseRequest } from "../../../../local/durable/machine/state.ts";
import { applyTimers } from "../../../../local/durable/machine/timers.ts";
import type { OperationUpdate } from "../../../../local/durable/operation.ts";

/** One execution of the pure state machine, with a clock that the test turns. */
export class Machine {
  readonly state: ExecutionState = emptyState();
  readonly events: RecordedEvent[] = [];
  readonly invocation = { requestId: "request", startedAt: 0 };
  now: number;
  readonly speed: number;
  /** Failed invocations in a row that fail the execution. */
  readonly maxFailures: number;
  /** Whether a checkpoint of the invocation met a pause. */
  #interrupted = false;
  readonly #callbackIds = new Map<string, string>();

  constructor(options: { now?: number; timeoutSeconds?: number; speed?: number; maxFailures?: number } = {}) {
    const { now = 0, timeoutSeconds = 900, speed = 1, maxFailures = Infinity } = options;
    this.maxFailures = maxFailures;
    this.now = now;
    this.speed = speed;
    const deadline = now + (timeoutSeconds * 1000) / speed;
    record(this.state, this.events, { type: "ExecutionStarted", at: now, id: "execution", name: "name", input: "{}", timeoutSeconds, deadline });
  }

  get moment() {
    return { now: this.now, scale: (milliseconds: number) => milliseconds / this.speed };
  }

  checkpoint(updates: readonly OperationUpdate[], targets: ReadonlyMap<string, ChainedTarget> = new Map()): RecordedEvent[] {
    const { events } = checkpoint(
      this.state,
      {
        updates,
        invocation: this.invocation,
        maxResultBytes: 1_048_576,
        callbackId: (operationId) => {
          this.#callbackIds.set(operationId, `callback-${operationId}`);
          return `callback-${operationId}`;
        },
        targets,
      },
      this.moment,
    );
    this.#interrupted ||= this.state.status === "PAUSED";
    return this.#take(events);
  }

  pass(seconds: number): RecordedEvent[] {
    this.now += seconds * 1000;
    return this.#take(applyTimers(this.state, undefined, this.moment));
  }

  report(operationId: string, report: CallbackReport): RecordedEvent[] {
    return this.#take(reportCallback(this.state, { operationId, callbackId: this.#callbackIds.get(operationId) ?? "none", report }, this.moment));
  }

  endChained(operationId: string, outcome: ChainedOutcome): RecordedEvent[] {
    return this.#take(endChainedInvoke(this.state, { operationId, outcome }, this.moment));
  }

  answer(output: unknown, unseen = false): Next {
    return this.end({ kind: "response", payload: typeof output === "string" ? output : JSON.stringify(output) }, unseen);
  }

  crash(errorType: string): Next {
    return this.end({ kind: "error", errorType, errorMessage: "crashed" }, false);
  }

  end(outcome: InvocationOutcome, unseen: boolean): Next {
    const { invocation, maxFailures } = this;
    const command = { invocation, outcome, interrupted: this.#interrupted, unseen, maxResultBytes: 1_048_576, maxFailures };
    const { events, next } = endInvocation(this.state, command, this.moment);
    this.#interrupted = false;
    this.#take(events);
    return next;
  }

  stop(error: ErrorObject = {}): RecordedEvent[] {
    return this.#take(stop(this.state, { error, invocation: undefined }, this.moment));
  }

  /** @param inFlight whether an invocation is in flight; else one is due if `invocationDue` says so */
  pause(request: Partial<PauseRequest> = {}, { inFlight = true, invocationDue = false } = {}): RecordedEvent[] {
    return this.#take(pause(this.state, { request: { timeoutPaused: true, ...request }, inFlight, invocationDue }, this.moment));
  }

  resume(request: ResumeRequest = {}): RecordedEvent[] {
    return this.#take(resume(this.state, request, this.moment));
  }

  operation(id: string): OperationRecord {
    return this.state.operations.get(id)!;
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  #take(events: RecordedEvent[]): RecordedEvent[] {
    this.events.push(...events);
    return events;
  }
}

export const step = (Action: string, rest: Partial<OperationUpdate> = {}): OperationUpdate => ({ Id: "step", Type: "STEP", Action, ...rest });
export const context = (Action: string, rest: Partial<OperationUpdate> = {}): OperationUpdate => ({ Id: "context", Type: "CONTEXT", Action, ...rest });
export const wait = (rest: Partial<OperationUpdate> = {}): OperationUpdate => ({ Id: "wait", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 10 }, ...rest });
export const callback = (rest: Partial<OperationUpdate> = {}): OperationUpdate => ({ Id: "callback", Type: "CALLBACK", Action: "START", ...rest });
export const chained = (rest: Partial<OperationUpdate> = {}): OperationUpdate => ({
  Id: "chained", Type: "CHAINED_INVOKE", Action: "START", ChainedInvokeOptions: { FunctionName: "target:1" }, Payload: "{}", ...rest,
});
export const execution = (Action: string, rest: Partial<OperationUpdate> = {}): OperationUpdate => ({ Id: "end", Type: "EXECUTION", Action, ...rest });
