import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { InspectPort } from "../../../local/inspect/inspect-port.ts";
import { until } from "../../../operator/follow.ts";
import { originOf, parseSourceMap, type Position, positionOf } from "./source-map.ts";

interface Notification {
  readonly method: string;
  readonly params: {
    readonly scriptId?: string;
    readonly sourceMapURL?: string;
    readonly reason?: string;
    readonly callFrames?: readonly { readonly location: Position & { readonly scriptId: string } }[];
  };
}

/** A debugger as editors are: it attaches by the list of targets and sets breakpoints in sources before their bundle runs. */
export class DebuggerClient implements Disposable {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #maps = new Map<string, ReturnType<typeof parseSourceMap>>();
  #lastId = 0;
  #onPaused: (notification: Notification) => void = () => undefined;

  private constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.addEventListener("message", ({ data }) => this.#take(JSON.parse(String(data)) as Notification & { id?: number; result?: unknown }));
  }

  /** Connects; where no process runs yet, to the next one. */
  static async attach(port: Pick<InspectPort, "port" | "attached">): Promise<DebuggerClient> {
    const response = await fetch(`http://127.0.0.1:${port.port}/json/list`);
    const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
    const client = new DebuggerClient(target!.webSocketDebuggerUrl);
    await until("the debugger is attached or waits", 10_000, async () => port.attached || undefined);
    return client;
  }

  /**
   * Lets the process run until it is held at the line.
   *
   * @param file source
   * @param text of the line, of which there is one
   */
  async stopAt(file: string, text: string): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) await once(this.#socket, "open");
    const line = readFileSync(file, "utf8").split("\n").findIndex((each) => each.includes(text));
    const source = pathToFileURL(file).href;
    await this.send("Runtime.enable");
    await this.send("Debugger.enable");
    await this.send("Debugger.setInstrumentationBreakpoint", { instrumentation: "beforeScriptWithSourceMapExecution" });
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    this.#onPaused = (paused) => void this.#paused(paused, { source, line }).then((held) => { if (held) resolve(undefined); }, reject);
    await this.send("Runtime.runIfWaitingForDebugger");
    await promise;
  }

  /** Lets the process run until it is held at a `debugger` statement. */
  async stopAtStatement(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.OPEN) await once(this.#socket, "open");
    await this.send("Debugger.enable");
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#onPaused = () => resolve(undefined);
    await this.send("Runtime.runIfWaitingForDebugger");
    await promise;
  }

  /** Forgets the breakpoints, and lets the process go on. */
  async resume(): Promise<void> {
    await this.send("Debugger.setBreakpointsActive", { active: false });
    await this.send("Debugger.resume");
  }

  send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #take({ id, result, ...notification }: Notification & { id?: number; result?: unknown }): void {
    const { method, params } = notification;
    if (id !== undefined) this.#answers.get(id)?.(result);
    else if (method === "Debugger.scriptParsed" && params.sourceMapURL?.startsWith("data:") === true) this.#maps.set(params.scriptId!, parseSourceMap(params.sourceMapURL));
    else if (method === "Debugger.paused") this.#onPaused(notification);
  }

  /** @returns whether the process is held at the line, and not before a script begins */
  async #paused({ params }: Notification, wanted: { source: string; line: number }): Promise<boolean> {
    if (params.reason !== "instrumentation") {
      const { location } = params.callFrames![0]!;
      assert.deepEqual(originOf(this.#maps.get(location.scriptId)!, location), wanted);
      return true;
    }
    for (const [scriptId, map] of this.#maps) {
      const position = positionOf(map, wanted.source, wanted.line);
      if (position !== undefined) await this.send("Debugger.setBreakpoint", { location: { scriptId, ...position } });
    }
    await this.send("Debugger.resume");
    return false;
  }
}
