import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Cancel } from "../clock.ts";
import { UserError } from "../errors.ts";
import { watchPaused } from "./paused-events.ts";

/** A debugger that has connected and waits for a process. */
interface Waiting {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
}

/**
 * The port at which a debugger attaches to a function or job, whatever process runs it just now. A debugger that comes before the process
 * waits; the next process then waits for its breakpoints. Meanwhile the port speaks as Node's own inspector does: a list of targets over
 * HTTP, and the protocol over a WebSocket.
 */
export class InspectPort {
  readonly name: string;
  readonly #hold: () => Cancel;
  readonly #server: Server;
  /** Part of the addresses, so that no web page can guess them. */
  readonly #id = randomUUID();
  /** Inspectors of processes, the newest last; some may have ended. */
  #processes: URL[] = [];
  readonly #waiting = new Set<Waiting>();
  readonly #sockets = new Set<Duplex>();

  private constructor(name: string, hold: () => Cancel) {
    this.name = name;
    this.#hold = hold;
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on("upgrade", (request, socket) => this.#attach({ request, socket }));
  }

  /**
   * @param port 0 for any free port
   * @param hold called when a process stops at a breakpoint, and what it returns when the process goes on
   * @throws UserError when the port cannot be had
   */
  static async listen(name: string, port: number, hold: () => Cancel): Promise<InspectPort> {
    const inspect = new InspectPort(name, hold);
    try {
      inspect.#server.listen(port, "127.0.0.1");
      await once(inspect.#server, "listening");
    } catch (error) {
      throw new UserError(`The inspector of ${name} cannot listen on 127.0.0.1:${port}: ${(error as Error).message}. Does another stack run with --inspect?`);
    }
    return inspect;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Whether a debugger is attached to a process, or waits for one. */
  get attached(): boolean {
    return this.#waiting.size + this.#sockets.size > 0;
  }

  /** Where a process reports its inspector. */
  get reportUrl(): string {
    return `http://127.0.0.1:${this.port}/${this.#id}/process`;
  }

  async close(): Promise<void> {
    for (const { socket } of this.#waiting) socket.destroy();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    // As Node's inspector: a web page whose name leads to this machine reads nothing.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) {
      send(response, 400, { message: "The host must be 127.0.0.1 or localhost" });
      return;
    }
    const answers: Readonly<Record<string, () => unknown>> = {
      "/json": () => [this.#target()],
      "/json/list": () => [this.#target()],
      "/json/version": () => ({ Browser: `node.js/${process.version}`, "Protocol-Version": "1.1" }),
      [`/${this.#id}/process`]: () => ({ wait: this.#report(new URL(searchParams.get("inspector") ?? "")) }),
    };
    const answer = Object.hasOwn(answers, pathname) ? answers[pathname] : undefined;
    if (answer === undefined) send(response, 404, { message: `No such route: ${pathname}` });
    else send(response, 200, answer());
  }

  #target(): Readonly<Record<string, string>> {
    const webSocketDebuggerUrl = `ws://127.0.0.1:${this.port}/${this.#id}`;
    return { id: this.#id, type: "node", title: this.name, description: "local stack", url: "file://", webSocketDebuggerUrl };
  }

  /** @returns whether a debugger waits for the process */
  #report(inspector: URL): boolean {
    this.#processes.push(inspector);
    const [waiting] = this.#waiting;
    if (waiting === undefined) return false;
    this.#waiting.delete(waiting);
    this.#attach(waiting);
    return true;
  }

  #attach(waiting: Waiting): void {
    const { request, socket } = waiting;
    if (request.url !== `/${this.#id}`) {
      socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
      return;
    }
    socket.on("error", () => undefined);
    const inspector = this.#processes.at(-1);
    if (inspector === undefined) {
      this.#waiting.add(waiting);
      socket.once("close", () => this.#waiting.delete(waiting));
      return;
    }
    const upstream = connect(Number(inspector.port), "127.0.0.1");
    upstream.once("error", () => {
      this.#processes = this.#processes.filter((each) => each !== inspector);
      if (upstream.bytesWritten === 0) this.#attach(waiting);
    });
    upstream.once("connect", () => this.#join(waiting, upstream, inspector));
  }

  /** Passes on everything that the two say. */
  #join({ request, socket }: Waiting, upstream: Socket, inspector: URL): void {
    let release: Cancel | undefined;
    const passed = watchPaused((paused) => {
      release?.();
      release = paused ? this.#hold() : undefined;
    });
    this.#sockets.add(socket);
    upstream.on("data", passed);
    // Without a debugger a held process goes on.
    const end = () => {
      release?.();
      release = undefined;
      this.#sockets.delete(socket);
      socket.destroy();
      upstream.destroy();
    };
    upstream.once("close", end);
    socket.once("close", end);
    // Without compression: the notifications are read here.
    const headers = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", `Sec-WebSocket-Key: ${request.headers["sec-websocket-key"] ?? ""}`];
    upstream.write(`GET ${inspector.pathname} HTTP/1.1\r\nHost: ${inspector.host}\r\n${headers.join("\r\n")}\r\n\r\n`);
    socket.pipe(upstream).pipe(socket);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json; charset=UTF-8" });
  response.end(JSON.stringify(body));
}
