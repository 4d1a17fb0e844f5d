import type { Clock } from "../clock.ts";
import type { EventPublisher } from "../events/event.ts";
import type { AccessControl } from "../iam/access.ts";
import type { Identity } from "../identity.ts";
import type { DeadLetterSink, FunctionDirectory, HandlerInvoker } from "../lambda/function-version.ts";
import type { Store } from "../store/store.ts";
import { ChainedInvokes } from "./chained-invokes.ts";
import { CheckpointApi } from "./checkpoint-api.ts";
import { Closing } from "./closing.ts";
import type {
  CheckpointRequest,
  CheckpointResponse,
  ClosedExecution,
  DurableExecutionStarter,
  DurableStateAccess,
  ErrorObject,
  StartRequest,
  StateRequest,
  StateResponse,
} from "./contract.ts";
import { executionArn } from "./execution-arn.ts";
import type { LiveExecution } from "./live-execution.ts";
import type { Moment } from "./machine/decision.ts";
import type { RecordedEvent } from "./machine/event.ts";
import { invalid } from "./machine/invalid.ts";
import type { RunningInvocation } from "./machine/invocation.ts";
import { type CallbackReport, reportCallback, stop } from "./machine/outside.ts";
import { conflict, pause, resume, type ResumeRequest } from "./machine/pause.ts";
import type { PauseRequest } from "./machine/state.ts";
import type { NextTimer } from "./machine/timers.ts";
import { DurableQueries } from "./queries.ts";
import { DurableRepository, type ExecutionRow } from "./repository.ts";
import { RetentionSweep } from "./retention.ts";
import { ExecutionRunner } from "./runner.ts";
import { ExecutionStarts } from "./starts.ts";
import { hasEnded } from "./status.ts";

export { schema } from "./schema.ts";

export interface DurableEngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly invoker: HandlerInvoker;
  readonly functions: FunctionDirectory;
  readonly events: EventPublisher;
  readonly deadLetters: DeadLetterSink;
  readonly iam: AccessControl;
  /** Consecutive failed invocations that fail an execution. Default: no limit. */
  readonly invocationAttempts?: number;
}

/**
 * Lambda's durable executions. Every method that changes something does so in this turn's transaction, and may be answered
 * once `store.committed()` has resolved.
 */
export class DurableEngine implements DurableExecutionStarter, DurableStateAccess {
  readonly queries: DurableQueries;
  readonly #options: DurableEngineOptions;
  readonly #repository: DurableRepository;
  readonly #runner: ExecutionRunner;
  readonly #starts: ExecutionStarts;
  readonly #chained: ChainedInvokes;
  readonly #checkpoints: CheckpointApi;
  readonly #closing: Closing;
  readonly #retention: RetentionSweep;
  readonly #waiting = new Map<number, PromiseWithResolvers<ClosedExecution>>();

  constructor(options: DurableEngineOptions) {
    this.#options = options;
    const repository = new DurableRepository(options.store);
    const runner = new ExecutionRunner({ ...options, repository, onClosed: (live) => this.#closed(live) });
    const parts = { ...options, repository, runner };
    this.#repository = repository;
    this.#runner = runner;
    this.#starts = new ExecutionStarts(parts);
    this.#chained = new ChainedInvokes({ ...parts, starts: this.#starts });
    this.#checkpoints = new CheckpointApi(parts, this.#chained);
    this.#closing = new Closing(parts);
    this.#retention = new RetentionSweep(parts);
    this.queries = new DurableQueries(parts);
  }

  /** Goes on with everything that was under way when the stack was last stopped or killed. */
  resume(): void {
    this.#runner.resume();
    this.#chained.resume();
    this.#retention.start();
  }

  /** Sets no more timers and listens to no more invocations; what is under way goes on at the next {@link resume}. */
  stop(): void {
    this.#runner.stop();
    this.#retention.stop();
  }

  /** The invocation that an execution has in flight, if it has one. */
  invocation(arn: string): RunningInvocation | undefined {
    return this.#runner.resident(arn)?.invocation;
  }

  start(request: StartRequest): { readonly executionArn: string; readonly existing: boolean } {
    return this.#starts.start(request);
  }

  /** @throws AwsError ResourceNotFoundException */
  async waitForClose(arn: string): Promise<ClosedExecution> {
    // The execution that was just started is in memory, so there is no need to search for it.
    const live = this.#runner.resident(arn);
    const row = live !== undefined && !hasEnded(live.state.status) ? live.row : this.queries.find(arn);
    if (hasEnded(row.status)) return this.queries.closed(arn);
    let waiting = this.#waiting.get(row.id);
    if (waiting === undefined) this.#waiting.set(row.id, (waiting = Promise.withResolvers()));
    return waiting.promise;
  }

  /** Tells of each execution to which something happens, by its number in the store, in the turn in which it does. @returns what ends it */
  follow(follower: (id: number) => void): () => void {
    return this.#repository.follow(follower);
  }

  checkpoint(request: CheckpointRequest): CheckpointResponse {
    return this.#checkpoints.checkpoint(request);
  }

  getExecutionState(request: StateRequest): StateResponse {
    return this.#checkpoints.getExecutionState(request);
  }

  /**
   * Stops an execution, for good and at once; one that has closed already stays as it is. What it started by chained invokes
   * goes on.
   *
   * @returns when it closed, in epoch milliseconds
   * @throws AwsError ResourceNotFoundException, InvalidParameterValueException
   */
  stopExecution(arn: string, error: ErrorObject): number {
    const live = this.#load(this.queries.find(arn));
    const moment = this.#runner.moment();
    this.#runner.catchUp(live, moment);
    this.#runner.persist(live, stop(live.state, { error, invocation: live.invocation }, moment));
    return live.state.endedAt ?? moment.now;
  }

  /**
   * Pauses an execution. AWS responds while the status is still RUNNING and changes the status afterwards. The local stack
   * changes the status before it responds.
   *
   * @throws AwsError ResourceNotFoundException, ResourceConflictException
   */
  pauseExecution(arn: string, request: Omit<PauseRequest, "at">): void {
    this.#command(arn, (live, moment) => {
      const inFlight = live.invocation?.token !== undefined;
      return pause(live.state, { request, inFlight, invocationDue: live.active || live.state.invokeOnResume }, moment);
    });
  }

  /**
   * Resumes a paused execution, or cancels a pause that was requested.
   *
   * @throws AwsError ResourceNotFoundException, ResourceConflictException
   */
  resumeExecution(arn: string, request: ResumeRequest): void {
    this.#command(arn, (live, moment) => resume(live.state, request, moment));
  }

  /**
   * Deletes an ended execution with its data. The execution has the status DELETING for one second.
   *
   * @returns the time of the request in epoch milliseconds
   * @throws AwsError ResourceNotFoundException, ResourceConflictException
   */
  deleteExecution(arn: string): number {
    const { id, status } = this.queries.find(arn);
    if (!hasEnded(status)) throw conflict(`Cannot delete a durable execution with status ${status}.`);
    this.#retention.delete(id);
    return this.#options.clock.now();
  }

  /**
   * Lets the next timer of a running execution fire now: the end of a wait, the next attempt of a step, the time-out of a
   * callback. A handler that runs meanwhile learns of it with its next checkpoint.
   *
   * @returns the moment it was set for, in epoch milliseconds, and the operations that waited for it
   * @throws AwsError ResourceNotFoundException, InvalidParameterValueException when it waits for no time
   */
  skipToNextTimer(arn: string): NextTimer {
    const live = this.#load(this.queries.find(arn));
    const moment = this.#runner.moment();
    this.#runner.catchUp(live, moment);
    const timer = this.#runner.skipToNextTimer(live, moment);
    if (timer === undefined) throw invalid("The execution waits for no timer.");
    return timer;
  }

  /**
   * ARN of the execution that a callback belongs to.
   *
   * @throws AwsError InvalidParameterValueException for text that is not a callback id
   * @throws AwsError ResourceNotFoundException when its execution has been deleted
   */
  callbackExecution(callbackId: string): string {
    return executionArn(this.#options.identity, this.queries.ofCallback(callbackId).row);
  }

  /**
   * Takes what the outside reports about a callback.
   *
   * @throws AwsError CallbackTimeoutException, InvalidParameterValueException, ResourceNotFoundException
   */
  reportCallback(callbackId: string, report: CallbackReport): void {
    const { row, operationId } = this.queries.ofCallback(callbackId);
    const live = this.#load(row);
    const moment = this.#runner.moment();
    this.#runner.catchUp(live, moment);
    try {
      this.#runner.persist(live, reportCallback(live.state, { operationId, callbackId, report }, moment));
    } finally {
      // Even a refused report may have found the callback's time-out due.
      this.#runner.settle(live, moment);
    }
  }

  #command(arn: string, decide: (live: LiveExecution, moment: Moment) => readonly RecordedEvent[]): void {
    const live = this.#load(this.queries.find(arn));
    const moment = this.#runner.moment();
    this.#runner.catchUp(live, moment);
    this.#runner.persist(live, decide(live, moment));
    this.#runner.settle(live, moment);
  }

  #load(row: ExecutionRow): LiveExecution {
    const live = this.#runner.load(row.id);
    if (live === undefined) throw new Error(`Execution ${row.id} has vanished from the store.`);
    return live;
  }

  /** Everything that others learn of the end of an execution, in the transaction that ends it. */
  #closed(live: LiveExecution): void {
    const closed = this.#closing.announce(live);
    const { id, parent, parentOperation } = live.row;
    if (parent !== null && parentOperation !== null) this.#chained.end(parent, parentOperation, closed);
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    this.#options.store.afterCommit(() => waiting.resolve(closed));
  }
}
