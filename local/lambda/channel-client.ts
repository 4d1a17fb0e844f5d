import type { FromProcess, StateCall, StateRefusal, ToProcess } from "./channel-messages.ts";
import { EagerWait } from "./eager-wait.ts";
import type { NextInvocation, RuntimeLink } from "./runtime-link.ts";

/** The process's side of the fast channel. */
export class ChannelClient implements RuntimeLink {
  readonly #send: (messages: readonly FromProcess[], sent?: () => void) => void;
  #outbox: FromProcess[] = [];
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #lastCall = 0;
  readonly #wait = new EagerWait();
  #next: PromiseWithResolvers<NextInvocation> | undefined;
  /** How much this process expects to hear: it must not keep a process alive that waits for nothing, as a socket would not. */
  #expected = 0;

  /** What the durable SDK calls instead of an AWS client. */
  readonly #durableClient = {
    checkpoint: (input: unknown) => this.#call({ operation: "checkpoint", input }),
    getExecutionState: (input: unknown) => this.#call({ operation: "getExecutionState", input }),
  };

  /** Takes the channel that the process was started with away from the function's code. */
  constructor() {
    const send = process.send?.bind(process);
    if (send === undefined) throw new Error("This process was started without a channel.");
    this.#send = (messages, sent) => send(messages, undefined, undefined, sent);
    process.send = undefined;
    process.on("message", (message) => this.#take(message as ToProcess));
    process.on("disconnect", () => process.exit(1));
    process.channel?.unref();
  }

  next(): Promise<NextInvocation> {
    this.#next = Promise.withResolvers();
    this.#expect(1);
    this.#post({ kind: "ready" });
    return this.#next.promise;
  }

  async answer(requestId: string, kind: "response" | "error", body: string): Promise<void> {
    this.#post({ kind, requestId, body });
  }

  async initError(body: string): Promise<void> {
    this.#post({ kind: "initError", body });
  }

  /** Resolves when everything said so far has left. */
  sent(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#flush(() => resolve(undefined));
    return promise;
  }

  /** A message wakes the stack, so what is said in one turn is said at once: an answer, and that more work is welcome. */
  #post(message: FromProcess): void {
    if (this.#outbox.push(message) === 1) process.nextTick(() => this.#flush());
  }

  #flush(sent?: () => void): void {
    const messages = this.#outbox;
    this.#outbox = [];
    if (messages.length > 0 || sent !== undefined) this.#send(messages, sent);
  }

  #call(call: StateCall): Promise<unknown> {
    const pending = Promise.withResolvers<unknown>();
    this.#calls.set(++this.#lastCall, pending);
    this.#expect(1);
    const id = this.#lastCall;
    this.#post({ kind: "call", id, ...call });
    this.#wait.until(() => !this.#calls.has(id));
    return pending.promise;
  }

  #take(message: ToProcess): void {
    this.#expect(-1);
    if (message.kind === "invoke") {
      this.#next?.resolve({ ...message.invocation, durableClient: message.durable ? this.#durableClient : undefined });
      return;
    }
    const pending = this.#calls.get(message.id);
    this.#calls.delete(message.id);
    if (message.kind === "answer") pending?.resolve(message.output);
    else pending?.reject(serviceError(message.refusal));
  }

  #expect(change: 1 | -1): void {
    this.#expected += change;
    if (this.#expected === 0) process.channel?.unref();
    else if (this.#expected === 1 && change === 1) process.channel?.ref();
  }
}

/** An error as AWS's clients throw it: the durable SDK tells by its name and status what may be tried again. */
function serviceError({ name, message, httpStatusCode }: StateRefusal): Error {
  const $fault = httpStatusCode < 500 ? "client" : "server";
  return Object.assign(new Error(message), { name, $fault, $service: "Lambda", $metadata: { httpStatusCode, attempts: 1, totalRetryDelay: 0 } });
}
