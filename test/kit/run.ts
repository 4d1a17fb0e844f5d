import type { DurableExecutionClient, DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import { AwsError } from "../../local/errors.ts";
import type { ErrorObject } from "../../local/durable/contract.ts";
import { checkpoint } from "../../local/durable/machine/checkpoint.ts";
import type { Moment } from "../../local/durable/machine/decision.ts";
import type { RecordedEvent } from "../../local/durable/machine/event.ts";
import { evolve } from "../../local/durable/machine/evolve.ts";
import { endInvocation } from "../../local/durable/machine/invocation.ts";
import { MAX_PAYLOAD_BYTES } from "../../local/durable/machine/limits.ts";
import { type CallbackReport, endChainedInvoke, reportCallback } from "../../local/durable/machine/outside.ts";
import { emptyState, type ExecutionState, type OperationRecord } from "../../local/durable/machine/state.ts";
import { fireEarly, nextWake } from "../../local/durable/machine/timers.ts";
import type { OperationUpdate } from "../../local/durable/operation.ts";
import { operationView } from "../../local/durable/operation-view.ts";
import { statePage, takeChanged } from "../../local/durable/state-page.ts";
import { hasEnded } from "../../local/durable/status.ts";
import { type Effect, performed, type Performed } from "./effects.ts";
import { HandlerProcess } from "./handler-process.ts";
import { kindAndName } from "./names.ts";
import { Outside } from "./outside.ts";
import type { Plan } from "./plan.ts";
import { withPlugin } from "./plugin.ts";
import { place, START } from "./simulated.ts";

const ARN = "arn:aws:lambda:eu-central-1:111122223333:function:workflow:1/durable-execution/crashes/00000000-0000-4000-8000-000000000000";
const YEAR_SECONDS = 366 * 86_400;
/** An execution has fewer operations than this (Developer Guide, quotas), and so fewer reasons to be invoked. */
const MOST_INVOCATIONS = 6_000;
/** Invocations in a row that fail by themselves. */
const MOST_FAILURES = 20;

/** What a run shows. */
export interface Finished {
  readonly status: ExecutionState["status"];
  readonly result?: string;
  readonly error?: ErrorObject;
  readonly operations: readonly OperationRecord[];
  readonly effects: readonly Performed[];
  /** The updates of each checkpoint, in words. */
  readonly checkpoints: readonly (readonly string[])[];
  /** The calls that could be lost, in words. */
  readonly calls: readonly string[];
  readonly invocations: number;
}

/** One execution of a workflow, from its start to its end, in a world of its own. */
export class Run<World> {
  readonly #state = emptyState();
  readonly #plan: Plan;
  readonly #createHandler: () => DurableLambdaHandler;
  readonly #outside: Outside;
  readonly #effects: Performed[] = [];
  readonly #checkpoints: string[][] = [];
  readonly #calls: string[] = [];
  readonly #unseen = new Set<string>();
  #now = START;
  #unanswerable: string | undefined;
  #invocations = 0;

  constructor(createHandler: (world: World) => DurableLambdaHandler, input: unknown, createWorld: (outside: Outside) => World, plan: Plan) {
    this.#plan = plan;
    this.#outside = new Outside({ now: () => this.#now, report: (callbackId, report) => this.#report(callbackId, report), call: (effect, perform) => this.#call(effect, perform) });
    const world = createWorld(this.#outside);
    this.#createHandler = () => withPlugin(() => createHandler(world));
    evolve(this.#state, { type: "ExecutionStarted", at: START, id: "execution", name: "crashes", input: JSON.stringify(input), timeoutSeconds: YEAR_SECONDS, deadline: START + YEAR_SECONDS * 1000 });
  }

  /** @throws Error when the execution waits for something that the world never completes */
  async finish(): Promise<Finished> {
    let handler = this.#createHandler();
    for (let next = "invoke"; next !== "closed"; ) {
      if (next === "suspend") await this.#awaitWake();
      if (hasEnded(this.#state.status)) break;
      this.#invocations += 1;
      if (this.#invocations > MOST_INVOCATIONS) throw new Error(`The execution does not end: it was invoked ${MOST_INVOCATIONS} times.`);
      const invoked = await this.#invoke(handler);
      if (this.#unanswerable !== undefined) throw new Error(this.#unanswerable);
      next = invoked.next;
      // Another process: what the last one kept in memory is gone.
      if (invoked.died) handler = this.#createHandler();
    }
    const { status, result, error, operations } = this.#state;
    const [, ...own] = operations.values();
    return { status, result, error, operations: own, effects: this.#effects, checkpoints: this.#checkpoints, calls: this.#calls, invocations: this.#invocations };
  }

  async #invoke(handler: DurableLambdaHandler): Promise<{ next: string; died: boolean }> {
    const process = new HandlerProcess(this.#plan, () => this.#now);
    this.#unseen.clear();
    const invocation = { requestId: "request", startedAt: this.#now };
    const { operations } = statePage(this.#state, undefined);
    const event = `{"DurableExecutionArn":"${ARN}","CheckpointToken":"token","InitialExecutionState":{"Operations":[${operations.join(",")}],"NextMarker":""},"UpdatedOperationIds":${JSON.stringify([...this.#state.changed])}}`;
    let outcome = await process.run(handler, event, this.#client(process, invocation));
    process.assertPlugin();
    const died = outcome.kind === "error";
    if (!died && this.#plan.losesAnswer(this.#invocations)) {
      outcome = { kind: "error", errorType: "Runtime.ExitError", errorMessage: "The answer is lost" };
    }
    const end = { invocation, outcome, interrupted: false, unseen: this.#unseen.size > 0, maxResultBytes: MAX_PAYLOAD_BYTES.Event, maxFailures: MOST_FAILURES };
    return { next: endInvocation(this.#state, end, this.#moment()).next, died: died || outcome.kind === "error" };
  }

  #client(process: HandlerProcess, invocation: { requestId: string; startedAt: number }): DurableExecutionClient {
    return {
      checkpoint: async ({ Updates = [] }: { Updates?: readonly OperationUpdate[] }) => {
        await process.active();
        const labels = Updates.map((update) => `${update.Action} of ${kindAndName({ subType: update.SubType, name: update.Name })}`);
        const dies = this.#plan.diesInCheckpoint(this.#checkpoints.push(labels), Updates.length);
        const updates = dies === undefined ? Updates : Updates.slice(0, dies);
        const Operations = this.#take(updates, invocation);
        if (dies !== undefined) process.die();
        await process.active();
        return { CheckpointToken: "token", NewExecutionState: { Operations } };
      },
      getExecutionState: () => Promise.reject(new Error("The event holds the whole state")),
      // The SDK's types are those of the AWS SDK, whose time stamps are Dates; the SDK reads milliseconds as well.
    } as unknown as DurableExecutionClient;
  }

  #take(updates: readonly OperationUpdate[], invocation: { requestId: string; startedAt: number }): object[] {
    const started = updates.filter(({ Type, Action }) => Type === "CHAINED_INVOKE" && Action === "START");
    const targets = new Map(started.map(({ Id = "" }) => [Id, { executedVersion: "1" }]));
    try {
      const { events } = checkpoint(this.#state, { updates, invocation, maxResultBytes: MAX_PAYLOAD_BYTES.Event, callbackId: (id) => `callback-${id}`, targets }, this.#moment());
      for (const event of events) this.#react(event);
    } catch (error) {
      throw error instanceof AwsError ? Object.assign(error, { $metadata: { httpStatusCode: error.status } }) : error;
    }
    const own = new Set(updates.flatMap(({ Id, Type }) => (Id === undefined || Type === "EXECUTION" ? [] : [Id])));
    return takeChanged(this.#state, own, this.#unseen).map((record) => operationView(this.#state, record));
  }

  /** Lets the world react to what the handler has begun to wait for. */
  #react(event: RecordedEvent): void {
    if (event.type === "CallbackStarted") {
      const parent = event.parentId === undefined ? undefined : this.#state.operations.get(event.parentId);
      this.#asWorld(() => this.#outside.callbackOpened([event.name, parent?.name], event.callbackId));
    } else if (event.type === "ChainedInvokeStarted") {
      const respond = this.#outside.function(event.functionName);
      if (respond === undefined) {
        this.#unanswerable = `${kindAndName(event)} calls function ${event.functionName}, which the world doesn't declare with onInvoke.`;
        return;
      }
      this.#outside.after(0, () => this.#respond(event.id, () => respond(JSON.parse(event.input ?? "null"))));
    }
  }

  #respond(operationId: string, respond: () => unknown): void {
    let outcome;
    try {
      outcome = { status: "SUCCEEDED", result: JSON.stringify(respond()) } as const;
    } catch (error) {
      const { name: ErrorType, message: ErrorMessage } = error as Error;
      outcome = { status: "FAILED", error: { ErrorType, ErrorMessage } } as const;
    }
    endChainedInvoke(this.#state, { operationId, outcome }, this.#moment());
  }

  #report(callbackId: string, report: CallbackReport): boolean {
    const operationId = callbackId.replace("callback-", "");
    try {
      for (const event of reportCallback(this.#state, { operationId, callbackId, report }, this.#moment())) {
        if (event.type !== "CallbackHeartbeat") this.#unseen.add(operationId);
      }
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.code === "CallbackTimeoutException") return false;
      throw error;
    }
  }

  async #call<T>(effect: Effect | undefined, perform: () => Promise<T>): Promise<T> {
    const here = place.getStore();
    const process = here?.process as HandlerProcess | undefined;
    // What the world does itself is no effect of the workflow.
    if (process === undefined) return perform();
    if (effect === undefined) return process.call(perform);
    const operation = here?.attempt?.operation ?? "the handler, outside of any step,";
    return process.call(async () => {
      const result = await perform();
      this.#effects.push(performed(effect, operation));
      if (this.#plan.diesAfterCall(this.#calls.push(`${effect.name} in ${operation}`))) process.die();
      return result;
    });
  }

  /** Lets time pass until the execution is to be invoked. What falls due at the same time comes in any order, in one invocation or in several. */
  async #awaitWake(): Promise<void> {
    for (;;) {
      const { changed, retryAt = Infinity } = this.#state;
      const due = Math.min(nextWake(this.#state), this.#outside.due);
      const woken = changed.size > 0 || retryAt <= this.#now;
      if (hasEnded(this.#state.status) || (woken && (due > this.#now || retryAt <= this.#now || this.#plan.choose(2) === 0))) return;
      if (this.#state.deadline <= due) throw new Error(`The execution waits for ${this.#waitedFor()}: the world never completes it, and it has no time-out.`);
      this.#now = Math.max(this.#now, due);
      const timed = [...this.#state.operations.values()].filter((operation) => (operation.due ?? Infinity) <= this.#now);
      const happenings = [...timed.map((operation) => () => void fireEarly(this.#state, [operation], this.#now)), ...this.#outside.take(this.#now)];
      if (happenings.length > 0) await this.#asWorld(happenings[this.#plan.choose(happenings.length)]!);
    }
  }

  #asWorld<T>(run: () => T): T {
    return place.run({ now: () => this.#now }, run);
  }

  #waitedFor(): string {
    const waiting = [...this.#state.operations.values()].filter(({ type, status }) => (type === "CALLBACK" || type === "CHAINED_INVOKE") && status === "STARTED");
    return waiting.map(kindAndName).join(", ") || "nothing that could complete";
  }

  #moment(): Moment {
    return { now: this.#now, scale: (milliseconds) => milliseconds };
  }
}
