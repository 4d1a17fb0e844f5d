import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { contain, reportFault } from "../contain.ts";
import type { DurableExecutionStarter } from "../durable/contract.ts";
import { RunQueue } from "../durable/run-queue.ts";
import type { Store } from "../store/store.ts";
import { TimerQueue } from "../timers.ts";
import type { AsyncInvoker, DeadLetterSink, FunctionDirectory, FunctionVersion, HandlerInvoker, InvocationOutcome } from "./function-version.ts";
import { parsePayload, requireQualifier } from "./invocation-rules.ts";

/** Lambda tries a failing event twice more, one and then two minutes later. */
const RETRY_DELAYS_MS = [60_000, 120_000];

/** Events of one function version under way at a time, each up to 1 MB: more than its environments take, and all that is in memory. */
const UNDER_WAY_PER_VERSION = 100;

/**
 * Asynchronous invocations. A durable function's execution is recorded at once and is the engine's from then on; a plain
 * function's event is kept here until the function has taken it or it has gone to the dead-letter queue. Plain functions
 * get an event at least once: one that was under way when the stack died is delivered again.
 */
export class AsyncQueue implements AsyncInvoker {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #functions: FunctionDirectory;
  readonly #invoker: HandlerInvoker;
  readonly #executions: DurableExecutionStarter;
  readonly #deadLetters: DeadLetterSink;
  /** Of the events that wait for their next attempt, by request id. */
  readonly #timers: TimerQueue<string>;
  readonly #queue: RunQueue<string>;
  #stopped = false;

  constructor(options: {
    store: Store;
    clock: Clock;
    functions: FunctionDirectory;
    invoker: HandlerInvoker;
    executions: DurableExecutionStarter;
    deadLetters: DeadLetterSink;
  }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#functions = options.functions;
    this.#invoker = options.invoker;
    this.#executions = options.executions;
    this.#deadLetters = options.deadLetters;
    this.#timers = new TimerQueue(options.clock, (requestId) => this.#enter(requestId));
    this.#queue = new RunQueue(UNDER_WAY_PER_VERSION, (requestId) => this.#deliver(requestId));
  }

  /** Takes up the events that were not done with when the stack was killed. */
  start(): void {
    for (const row of this.#store.prepare("SELECT request_id, due FROM lambda_async_events").all()) {
      this.#timers.set(String(row.request_id), Number(row.due));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#timers.clear();
  }

  invokeAsync(functionArn: string, payload: string): { executionArn?: string } {
    const target = this.#functions.resolve(functionArn);
    requireQualifier(target);
    const input = parsePayload(Buffer.from(payload), "Event");
    if (target.version.durable !== undefined) {
      const { executionArn } = this.#executions.start({ version: target.version, input, invocationType: "Event" });
      return { executionArn };
    }
    const requestId = randomUUID();
    this.#store.run(
      "INSERT INTO lambda_async_events (request_id, qualified_arn, payload, failed_attempts, due) VALUES (?, ?, ?, 0, ?)",
      requestId,
      target.version.qualifiedArn,
      input,
      this.#clock.now(),
    );
    this.#store.afterCommit(() => this.#enter(requestId));
    return {};
  }

  /** Delivers an event that is due, at once or when it is its turn. */
  #enter(requestId: string): void {
    if (this.#stopped) return;
    const row = this.#store.prepare("SELECT qualified_arn FROM lambda_async_events WHERE request_id = ?").get(requestId);
    // Undone by whoever accepted it, in the same turn.
    if (row === undefined) return;
    if (this.#queue.enter(String(row.qualified_arn), requestId)) this.#deliver(requestId);
  }

  /** Delivers an event that has its place in the queue. */
  #deliver(requestId: string): void {
    if (this.#stopped) return;
    const row = this.#store.prepare("SELECT qualified_arn, payload, failed_attempts FROM lambda_async_events WHERE request_id = ?").get(requestId);
    if (row === undefined) throw new Error(`Event ${requestId} has vanished from the store.`);
    const qualifiedArn = String(row.qualified_arn);
    const version = this.#functions.find(qualifiedArn);
    if (version === undefined) {
      reportFault(`The delivery of event ${requestId}`, new Error(`Function not found: ${qualifiedArn}`));
      this.#store.run("DELETE FROM lambda_async_events WHERE request_id = ?", requestId);
      this.#queue.leave(qualifiedArn);
      return;
    }
    const event = { requestId, version, payload: String(row.payload), failedAttempts: Number(row.failed_attempts) };
    void this.#invoker.invoke(version, event.payload, requestId).then((outcome) => contain("The end of an asynchronous invocation", () => this.#settle(event, outcome)));
  }

  #settle(event: { requestId: string; version: FunctionVersion; payload: string; failedAttempts: number }, outcome: InvocationOutcome): void {
    if (this.#stopped) return;
    this.#queue.leave(event.version.qualifiedArn);
    const delay = RETRY_DELAYS_MS[event.failedAttempts];
    if (outcome.kind === "error" && delay !== undefined) {
      const due = Math.ceil(this.#clock.now() + this.#clock.scale(delay));
      this.#store.run("UPDATE lambda_async_events SET failed_attempts = failed_attempts + 1, due = ? WHERE request_id = ?", due, event.requestId);
      this.#timers.set(event.requestId, due);
      return;
    }
    this.#store.write((store) => {
      store.run("DELETE FROM lambda_async_events WHERE request_id = ?", event.requestId);
      if (outcome.kind === "response") return;
      // 200 is what Lambda writes for an error of the function itself.
      const failure = { requestId: event.requestId, errorCode: "200", errorMessage: outcome.errorMessage };
      this.#deadLetters.deadLetter(event.version, event.payload, failure);
    });
  }
}
