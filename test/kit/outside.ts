import type { CallbackReport } from "../../local/durable/machine/outside.ts";
import type { Effect } from "./effects.ts";
import { effectOfCommand } from "./effects.ts";

/** The run, as the world outside sees it. */
export interface Engine {
  now(): number;
  report(callbackId: string, report: CallbackReport): boolean;
  /** @param effect undefined for a call that changes nothing */
  call<T>(effect: Effect | undefined, perform: () => Promise<T>): Promise<T>;
}

type Middleware = (next: (request: { input: object }) => Promise<unknown>, context: { commandName?: string }) => (request: { input: object }) => Promise<unknown>;

/** What every client of the AWS SDK has, as far as it is needed here. */
interface AwsClient {
  readonly middlewareStack: { add(middleware: never, options: { step: "initialize"; priority: "high"; name: string }): void };
}

interface Action {
  readonly at: number;
  readonly run: () => unknown;
}

/** What a world does: how it sees the workflow's effects, and how it completes what the workflow waits for. */
export class Outside {
  readonly #engine: Engine;
  readonly #actions: Action[] = [];
  readonly #callbacks = new Map<string, (callbackId: string) => void>();
  readonly #functions = new Map<string, (input: unknown) => unknown>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Simulated time in epoch milliseconds. */
  now(): number {
    return this.#engine.now();
  }

  /** Does something after so many seconds of simulated time, which stands still until it is done. */
  after(seconds: number, run: () => unknown): void {
    this.#actions.push({ at: this.now() + seconds * 1000, run });
  }

  /** Reacts to each callback of this operation name, or of the `waitForCallback` of this name. */
  onCallback(name: string, react: (callbackId: string) => void): void {
    this.#callbacks.set(name, react);
  }

  /** Completes a callback. @param result as it is sent; the SDK passes it on as text @returns false when nobody waits for it any more */
  succeedCallback(callbackId: string, result?: string): boolean {
    return this.#engine.report(callbackId, { kind: "succeed", result });
  }

  /** Fails a callback. @returns false when nobody waits for it any more */
  failCallback(callbackId: string, error: { readonly ErrorType: string; readonly ErrorMessage: string }): boolean {
    return this.#engine.report(callbackId, { kind: "fail", error });
  }

  /** Sends a heartbeat. @returns false when nobody waits for the callback any more */
  heartbeat(callbackId: string): boolean {
    return this.#engine.report(callbackId, { kind: "heartbeat" });
  }

  /** Responds to `context.invoke` of this function; a function that throws has failed. */
  onInvoke(functionName: string, respond: (input: unknown) => unknown): void {
    this.#functions.set(functionName, respond);
  }

  /** A call of a service that is not AWS's. It counts when `perform` resolves. */
  async call<T>(effect: Effect, perform: () => T | Promise<T>): Promise<T> {
    return this.#engine.call(effect, async () => perform());
  }

  /** A call that changes nothing. */
  async read<T>(perform: () => T | Promise<T>): Promise<T> {
    return this.#engine.call(undefined, async () => perform());
  }

  /** Watches what a client of the AWS SDK changes. The client answers as before: from a fake, or from a local service. */
  observe<Client extends AwsClient>(client: Client): Client {
    const middleware: Middleware = (next, { commandName = "" }) => (request) =>
      this.#engine.call(effectOfCommand(commandName.replace(/Command$/, ""), { ...request.input }), () => next(request));
    // Every client types its stack by its own commands; this one serves all.
    client.middlewareStack.add(middleware as never, { step: "initialize", priority: "high", name: "observed" });
    return client;
  }

  /** Epoch milliseconds at which the world does something next. */
  get due(): number {
    return Math.min(Infinity, ...this.#actions.map(({ at }) => at));
  }

  /** Takes out what the world does at this time. */
  take(now: number): (() => unknown)[] {
    return this.#actions.filter(({ at }) => at <= now).map((action) => () => {
      this.#actions.splice(this.#actions.indexOf(action), 1);
      return action.run();
    });
  }

  callbackOpened(names: readonly (string | undefined)[], callbackId: string): void {
    for (const name of names) if (name !== undefined) this.#callbacks.get(name)?.(callbackId);
  }

  function(name: string): ((input: unknown) => unknown) | undefined {
    return this.#functions.get(name);
  }
}
