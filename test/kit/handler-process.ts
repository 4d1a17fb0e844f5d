import { setImmediate as turn, setTimeout as realDelay } from "node:timers/promises";
import { type AttemptInfo, DurableExecutionInvocationInputWithClient, type DurableExecutionClient, type DurableLambdaHandler } from "@aws/durable-execution-sdk-js";
import type { Context } from "aws-lambda";
import type { InvocationOutcome } from "../../local/lambda/function-version.ts";
import { kindAndName } from "./names.ts";
import type { ScheduledProcess } from "./plugin.ts";
import { place, type Place, sequence } from "./simulated.ts";

/** Turns of the event loop without any activity after which a handler can do no more by itself. */
const QUIET_TURNS = 3;
const REAL_WAIT_MS = 10_000;

/** Lambda's remaining time as the SDK is told it: too little to wait for anything within the invocation, so that it suspends. */
const REMAINING_MS = 500;

/** Chooses among the things that may happen next. */
export interface Choices {
  /** @returns 0 to options - 1 */
  choose(options: number): number;
  /** Whether what is read outside of steps differs from what it was without a crash, and timers of handlers fire out of order. */
  readonly disturbed: boolean;
  /** From 0 to 1; different in each run. */
  random(): number;
}

interface Timer {
  readonly run: () => void;
  readonly due: number;
  readonly ofSdk: boolean;
}

/** The process of one invocation. Nothing in it happens by chance: attempts at steps and timers run one by one, as chosen. */
export class HandlerProcess implements ScheduledProcess {
  readonly #choices: Choices;
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  readonly #timers = new Set<Timer>();
  readonly #undisturbed = sequence(1);
  #uuids = 0;
  #drift = 0;
  /** Milliseconds for which the handler has waited for its timers. */
  #elapsed = 0;
  #pluginLoaded = false;
  #activity = 0;
  #calls = 0;
  #outcome: InvocationOutcome | undefined;

  constructor(choices: Choices, now: () => number) {
    this.#choices = choices;
    this.#now = now;
  }

  get over(): boolean {
    return this.#outcome !== undefined;
  }

  /** Runs the handler until it returns, throws or the process dies. */
  async run(handler: DurableLambdaHandler, event: string, client: DurableExecutionClient): Promise<InvocationOutcome> {
    const input = new DurableExecutionInvocationInputWithClient(JSON.parse(event) as never, client);
    // All that the SDK reads of Lambda's context.
    const context = { awsRequestId: "request", getRemainingTimeInMillis: () => REMAINING_MS } as Context;
    const here: Place = { now: this.#now, process: this };
    void place.run(here, async () => {
      try {
        this.#end({ kind: "response", payload: JSON.stringify(await handler(input, context)) });
      } catch (error) {
        this.#end({ kind: "error", errorType: (error as Error).name, errorMessage: (error as Error).message });
      }
    });
    return this.#untilOver();
  }

  /** Kills the process: nothing that it was about to do happens. */
  die(): void {
    this.#end({ kind: "error", errorType: "Runtime.ExitError", errorMessage: "The simulated process has died" });
  }

  /** Notes that the handler does something. @returns a promise that never settles in a dead process */
  active(): Promise<void> {
    this.#activity += 1;
    return this.over ? new Promise(() => undefined) : Promise.resolve();
  }

  /** Waits for a call of the world outside. */
  async call<T>(perform: () => Promise<T>): Promise<T> {
    await this.active();
    this.#calls += 1;
    try {
      return await perform();
    } finally {
      this.#calls -= 1;
      await this.active();
    }
  }

  assertPlugin(): void {
    if (!this.#pluginLoaded) throw new Error("survivesEveryCrash must create the handler itself: pass a function that wraps it with withDurableExecution when it is called.");
  }

  started(): void {
    this.#pluginLoaded = true;
    void this.active();
  }

  async attempt({ id, name, subType, attempt }: AttemptInfo, run: () => unknown): Promise<unknown> {
    await new Promise<void>((resume) => {
      this.#waiting.push(resume);
      void this.active();
    });
    await this.active();
    const here = { now: this.#now, process: this, attempt: { operation: kindAndName({ subType, name }), random: sequence(seedOf(`${id} ${attempt}`)) } };
    return place.run(here, run);
  }

  drift(): number {
    // From nothing to an hour, so that both a time stamp and a time limit change.
    if (this.#choices.disturbed) this.#drift += Math.floor(this.#choices.random() ** 4 * 3_600_000);
    return this.#drift;
  }

  random(): number {
    return this.#choices.disturbed ? this.#choices.random() : this.#undisturbed();
  }

  uuid(): string {
    this.#uuids += 1;
    const digits = this.#choices.disturbed ? Math.floor(this.#choices.random() * 2 ** 48) : this.#uuids;
    return `00000000-0000-4000-8000-${digits.toString(16).padStart(12, "0")}`;
  }

  setTimer(run: () => void, milliseconds: number): object {
    void this.active();
    // Lines of the stack: the error, this method, the replaced setTimeout, and who called it.
    const ofSdk = new Error().stack?.split("\n")[3]?.includes("durable-execution-sdk-js") ?? false;
    const timer = { run, due: this.#elapsed + milliseconds, ofSdk, ref: () => timer, unref: () => timer, hasRef: () => true };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: object): void {
    this.#timers.delete(timer as Timer);
  }

  #end(outcome: InvocationOutcome): void {
    this.#outcome ??= outcome;
    this.#timers.clear();
    this.#waiting.length = 0;
  }

  async #untilOver(): Promise<InvocationOutcome> {
    for (let deadline = performance.now() + REAL_WAIT_MS; ; ) {
      await this.#quiet();
      if (this.#outcome !== undefined) return this.#outcome;
      if (this.#calls === 0 && this.#next()) {
        deadline = performance.now() + REAL_WAIT_MS;
      } else {
        if (performance.now() > deadline) throw new Error("The handler waits for something that is neither a durable operation nor a call of the world.");
        await (this.#calls > 0 ? turn() : realDelay(1));
      }
    }
  }

  async #quiet(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS && !this.over; quiet += 1) {
      const before = this.#activity;
      await turn();
      if (this.#activity !== before) quiet = -1;
    }
  }

  /** Lets the next attempt run, or the next timer. @returns false when there is none */
  #next(): boolean {
    if (this.#waiting.length > 0) {
      const [resume] = this.#waiting.splice(this.#choices.choose(this.#waiting.length), 1);
      resume!();
      return true;
    }
    const timer = this.#nextTimer();
    if (timer === undefined) return false;
    this.#timers.delete(timer);
    this.#elapsed = Math.max(this.#elapsed, timer.due);
    timer.run();
    return true;
  }

  #nextTimer(): Timer | undefined {
    const [first, ...others] = [...this.#timers].sort((a, b) => a.due - b.due);
    // A loaded machine may run a handler's own timer before or after the SDK suspends the handler.
    const rival = this.#choices.disturbed ? others.find(({ ofSdk }) => ofSdk !== first?.ofSdk) : undefined;
    return rival !== undefined && this.#choices.choose(2) === 1 ? rival : first;
  }
}

function seedOf(text: string): number {
  let seed = 0;
  for (const character of text) seed = (Math.imul(seed, 31) + character.charCodeAt(0)) >>> 0;
  return seed;
}
