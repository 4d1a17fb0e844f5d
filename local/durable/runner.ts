import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { contain } from "../contain.ts";
import type { Identity } from "../identity.ts";
import type { FunctionDirectory, HandlerInvoker, InvocationOutcome } from "../lambda/function-version.ts";
import type { Store } from "../store/store.ts";
import { TimerQueue } from "../timers.ts";
import { failInMemory, readState } from "./damaged-record.ts";
import { executionArn } from "./execution-arn.ts";
import { executionTrace } from "./execution-trace.ts";
import { HeartbeatGrace } from "./heartbeat-grace.ts";
import { invocationEvent } from "./invocation-event.ts";
import { type Invocation, type LiveExecution, maxResultBytes } from "./live-execution.ts";
import type { Moment } from "./machine/decision.ts";
import type { RecordedEvent } from "./machine/event.ts";
import { endInvocation } from "./machine/invocation.ts";
import { takePause } from "./machine/pause.ts";
import type { ExecutionState } from "./machine/state.ts";
import { applyTimers, fireEarly, nextDue, nextTimerOf, nextWake, type NextTimer } from "./machine/timers.ts";
import { pinnedVersion } from "./pinned-version.ts";
import type { DurableRepository, ExecutionRow } from "./repository.ts";
import { Residents } from "./residents.ts";
import { RunQueue } from "./run-queue.ts";
import { newCheckpointToken } from "./secrets.ts";
import { hasEnded } from "./status.ts";

/** Invocations of one function version at a time; more executions than this are never in memory for it. */
const MAX_INVOCATIONS_PER_VERSION = 1_000;

export interface RunnerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly identity: Identity;
  readonly repository: DurableRepository;
  readonly invoker: HandlerInvoker;
  readonly functions: FunctionDirectory;
  /** Consecutive failed invocations that fail an execution. Default: no limit. */
  readonly invocationAttempts?: number;
  /** Told in the same transaction that an execution has closed. */
  readonly onClosed: (live: LiveExecution) => void;
}

/** Keeps executions going: their invocations, at most one for each at a time, and their timers. */
export class ExecutionRunner {
  readonly #options: RunnerOptions;
  readonly #residents = new Residents();
  readonly #timers: TimerQueue<number>;
  readonly #queue: RunQueue;
  readonly #grace: HeartbeatGrace;
  #stopped = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#grace = new HeartbeatGrace(options.clock);
    this.#timers = new TimerQueue(options.clock, (id) => this.#due(id));
    this.#queue = new RunQueue(MAX_INVOCATIONS_PER_VERSION, (id) => this.#invokeAfterCommit(id));
  }

  moment(): Moment {
    const { clock } = this.#options;
    return { now: clock.now(), scale: (milliseconds) => clock.scale(milliseconds) };
  }

  /** Takes up every open execution again: invokes those whose invocation was due or in flight, unless they are paused. */
  resume(): void {
    this.#grace.start();
    for (const { id, status, active, nextDue: due, ...version } of this.#options.repository.open()) {
      this.#timers.set(id, due);
      if (status === "PAUSING") contain("The pause of an interrupted execution", () => this.#pauseInterrupted(id));
      else if (status === "RUNNING" && active === 1 && this.#queue.enter(versionKey(version), id)) this.#invokeAfterCommit(id);
    }
  }

  /** Pauses an execution whose last invocation ended with the stack. */
  #pauseInterrupted(id: number): void {
    const live = this.load(id);
    if (live === undefined) return;
    const moment = this.moment();
    const events: RecordedEvent[] = [];
    takePause(live.state, events, true, moment);
    this.persist(live, events);
    this.settle(live, moment);
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Invocations that end from now on are not listened to: they run again when the stack starts. */
  stop(): void {
    this.#stopped = true;
    this.#timers.clear();
  }

  /** Takes a new execution in, whose events are recorded, and invokes it. */
  begin(row: ExecutionRow, state: ExecutionState): void {
    this.#run({ row, arn: this.#arn(row), state, status: row.status, active: true });
  }

  /** The execution that has an invocation, if this one has. */
  resident(arn: string): LiveExecution | undefined {
    return this.#residents.find(arn);
  }

  /** The execution, from memory or from the store. */
  load(id: number): LiveExecution | undefined {
    const resident = this.#residents.get(id);
    if (resident !== undefined) return resident;
    const { repository } = this.#options;
    const row = repository.get(id);
    if (row === undefined) return undefined;
    const { state, failure } = readState(repository, row, this.moment());
    const live: LiveExecution = { row, arn: this.#arn(row), state, status: row.status, active: row.active === 1 };
    this.#grace.apply(live);
    this.persist(live, failure);
    return live;
  }

  /** Fails an execution whose events in the store cannot be read. */
  failDamaged(id: number, error: unknown): void {
    const resident = this.#residents.get(id);
    if (resident === undefined) this.load(id);
    else this.persist(resident, failInMemory(this.#options.repository, resident, this.moment(), error));
  }

  /** Takes what has fallen due into the state, as every command must before it looks at it. */
  catchUp(live: LiveExecution, moment: Moment): void {
    this.#grace.apply(live);
    this.persist(live, applyTimers(live.state, live.invocation, moment));
  }

  /** Records what a command has brought about, in this turn's transaction. */
  persist(live: LiveExecution, events: readonly RecordedEvent[]): void {
    if (events.length === 0) return;
    this.#options.repository.append(live.row.id, live.state.eventCount, events);
    if (live.invocation !== undefined) {
      for (const event of events) if ("id" in event) live.invocation.unseen.add(event.id);
    }
    const { status } = live.state;
    if (hasEnded(status)) {
      this.#close(live);
    } else if (status !== live.status) {
      live.status = status;
      this.#options.repository.setStatus(live.row.id, status, live.state);
    }
  }

  /** Sees to what an execution needs after a command: an invocation, or a timer for what time will bring. */
  settle(live: LiveExecution, { now }: Moment): void {
    const { state, row } = live;
    if (hasEnded(state.status)) return;
    if (state.status === "PAUSED") {
      if (live.invocation !== undefined) live.invocation.token = undefined;
      live.active = false;
      this.#queue.remove(versionKey(row), row.id);
      this.#suspend(live);
    } else if (live.active) {
      this.#watch(live, nextDue(state));
    } else if (state.invokeOnResume || state.changed.size > 0 || (state.retryAt ?? Infinity) <= now) {
      live.active = true;
      this.#options.repository.activate(row.id);
      this.#run(live);
    } else {
      this.#suspend(live);
    }
  }

  /** Brings the next timer about now, and with it what the execution does then. @returns nothing when it waits for no time */
  skipToNextTimer(live: LiveExecution, moment: Moment): NextTimer | undefined {
    const timer = nextTimerOf(live.state);
    if (timer === undefined) return undefined;
    this.persist(live, fireEarly(live.state, timer.operations, moment.now));
    this.settle(live, { ...moment, now: Math.max(moment.now, timer.due) });
    return timer;
  }

  #run(live: LiveExecution): void {
    const { id } = live.row;
    this.#watch(live, nextDue(live.state));
    // After a pause and a resume, its place in the queue or the interrupted invocation may still exist.
    if (this.#residents.get(id) !== undefined) return;
    if (!this.#queue.enter(versionKey(live.row), id)) return;
    this.#residents.keep(live);
    this.#invokeAfterCommit(id);
  }

  #invokeAfterCommit(id: number): void {
    this.#options.store.afterCommit(() => this.#invoke(id));
  }

  /** Starts the invocation of an execution that has its place in the queue. */
  #invoke(id: number): void {
    if (this.#stopped) return;
    const live = this.load(id);
    if (live === undefined) return;
    if (live.invocation !== undefined) {
      // A pause and a resume before the first invocation started gave it a second place in the queue.
      this.#queue.leave(versionKey(live.row));
      return;
    }
    this.#residents.keep(live);
    const moment = this.moment();
    this.catchUp(live, moment);
    const events: RecordedEvent[] = [];
    const version = live.state.status === "RUNNING" ? pinnedVersion(this.#options, live, events, moment) : undefined;
    this.persist(live, events);
    if (version === undefined) {
      this.#leave(live);
      return;
    }
    const invocation: Invocation = {
      requestId: randomUUID(),
      startedAt: moment.now,
      version,
      token: newCheckpointToken(id),
      unseen: new Set(),
    };
    const event = invocationEvent(live, invocation);
    live.invocation = invocation;
    live.unseenBefore = undefined;
    this.#watch(live, nextDue(live.state));
    void this.#options.invoker.invoke(version, event, invocation.requestId, { trace: executionTrace(live.row) }).then((outcome) => contain("The end of an invocation", () => this.#ended(live, invocation, outcome)));
  }

  #ended(live: LiveExecution, invocation: Invocation, outcome: InvocationOutcome): void {
    if (this.#stopped) return;
    const moment = this.moment();
    this.catchUp(live, moment);
    const { events, next } = endInvocation(
      live.state,
      {
        invocation,
        outcome,
        interrupted: invocation.token === undefined,
        unseen: invocation.unseen.size > 0,
        maxResultBytes: maxResultBytes(live),
        maxFailures: this.#options.invocationAttempts ?? Infinity,
      },
      moment,
    );
    this.persist(live, events);
    live.invocation = undefined;
    if (next === "invoke") {
      live.unseenBefore = invocation.unseen;
      this.#invokeAfterCommit(live.row.id);
      return;
    }
    if (next === "suspend") {
      live.active = false;
      this.#suspend(live);
    }
    this.#leave(live);
  }

  #due(id: number): void {
    // What ended while the stack was stopping may have set a timer, and the store is closed.
    if (this.#stopped) return;
    const live = this.load(id);
    if (live === undefined) return;
    live.watched = undefined;
    const moment = this.moment();
    this.catchUp(live, moment);
    this.settle(live, moment);
  }

  #close(live: LiveExecution): void {
    const { row } = live;
    this.#timers.delete(row.id);
    this.#queue.remove(versionKey(row), row.id);
    live.active = false;
    if (live.invocation !== undefined) live.invocation.token = undefined;
    this.#options.onClosed(live);
  }

  #suspend(live: LiveExecution): void {
    const due = nextWake(live.state);
    this.#options.repository.suspend(live.row.id, due);
    this.#watch(live, due);
  }

  #watch(live: LiveExecution, due: number): void {
    if (live.watched === due) return;
    live.watched = due;
    this.#timers.set(live.row.id, due);
  }

  /** Gives up the execution's place in the queue and in memory. */
  #leave(live: LiveExecution): void {
    this.#residents.drop(live);
    this.#queue.leave(versionKey(live.row));
  }

  #arn(row: ExecutionRow): string {
    return executionArn(this.#options.identity, row);
  }
}

function versionKey({ functionName, version }: { readonly functionName: string; readonly version: string }): string {
  return `${functionName}:${version}`;
}
