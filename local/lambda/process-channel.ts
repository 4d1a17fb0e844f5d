import type { ChildProcess } from "node:child_process";
import * as z from "zod";
import type { FromProcess, StateCall, ToProcess } from "./channel-messages.ts";
import {
  LARGEST_RESPONSE,
  parseError,
  RESPONSE_TOO_LARGE,
  type RuntimeChannel,
  type RuntimeEvents,
  type RuntimeInvocation,
} from "./runtime-channel.ts";
import { refusalOf } from "./state-door.ts";

/** The function's own code could write to the channel as well. */
const fromProcess: z.ZodType<FromProcess[]> = z.array(z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.enum(["response", "error"]), requestId: z.string(), body: z.string() }),
  z.object({ kind: z.literal("initError"), body: z.string() }),
  z.object({ kind: z.literal("call"), id: z.number(), operation: z.enum(["checkpoint", "getExecutionState"]), input: z.unknown() }),
]));

/**
 * The fast channel to the built-in Node bootstrap: invocations, and the durable API for the SDK, over the child process's
 * own IPC. A checkpoint costs a tenth of what it does through an AWS client over HTTP.
 */
export class ProcessChannel implements RuntimeChannel {
  readonly #child: Pick<ChildProcess, "connected" | "send">;
  readonly #events: RuntimeEvents;
  readonly #durable: boolean;
  readonly #call: (call: StateCall) => Promise<unknown>;
  /** The invocation that the process has not answered yet. */
  #requestId: string | undefined;

  /**
   * @param options.durable whether the function is a durable one
   * @param options.call answers the durable API; rejects with what the process is to be told
   */
  constructor(child: ChildProcess, events: RuntimeEvents, options: { durable: boolean; call: (call: StateCall) => Promise<unknown> }) {
    this.#child = child;
    this.#events = events;
    this.#durable = options.durable;
    this.#call = options.call;
    child.on("message", (messages) => {
      const parsed = fromProcess.safeParse(messages);
      if (parsed.success) for (const message of parsed.data) this.#take(message);
    });
  }

  deliver(invocation: RuntimeInvocation): void {
    this.#requestId = invocation.requestId;
    this.#send({ kind: "invoke", invocation, durable: this.#durable });
  }

  /** The channel ends with its process. */
  close(): void {
    this.#requestId = undefined;
  }

  #take(message: FromProcess): void {
    switch (message.kind) {
      case "ready":
        this.#events.ready();
        return;
      case "initError":
        this.#events.initError(parseError(message.body));
        return;
      case "call":
        void this.#answer(message.id, message);
        return;
      case "response":
      case "error":
        if (message.requestId !== this.#requestId) return;
        this.#requestId = undefined;
        if (message.kind === "error") this.#events.error(parseError(message.body));
        else if (Buffer.byteLength(message.body) > LARGEST_RESPONSE) this.#events.error(RESPONSE_TOO_LARGE);
        else this.#events.response(message.body);
    }
  }

  async #answer(id: number, call: StateCall): Promise<void> {
    try {
      this.#send({ kind: "answer", id, output: await this.#call(call) });
    } catch (error) {
      this.#send({ kind: "refusal", id, refusal: refusalOf(error) });
    }
  }

  #send(message: ToProcess): void {
    // A process that has just died is told nothing; its exit is told elsewhere.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}
