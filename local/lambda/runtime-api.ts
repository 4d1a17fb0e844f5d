import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  LARGEST_RESPONSE,
  parseError,
  RESPONSE_TOO_LARGE,
  type RuntimeChannel,
  type RuntimeEvents,
  type RuntimeInvocation,
} from "./runtime-channel.ts";

const ACCEPTED = [202, { status: "OK" }] as const;
const PREFIX = "/2018-06-01/runtime/";

/**
 * Lambda's Runtime API for one execution environment, on a port of its own, so that `host:port` identifies the
 * environment for any runtime client.
 */
export class RuntimeApi implements RuntimeChannel {
  readonly #server: Server;
  readonly #events: RuntimeEvents;
  /** The open `next` request. */
  #waiting: ServerResponse | undefined;
  /** The invocation that the process has not answered yet. */
  #current: RuntimeInvocation | undefined;

  private constructor(events: RuntimeEvents) {
    this.#events = events;
    this.#server = createServer((request, response) => void this.#handle(request, response));
    // A handler may take 15 minutes between two requests on its connection.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
  }

  static async listen(events: RuntimeEvents): Promise<RuntimeApi> {
    const api = new RuntimeApi(events);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    api.#server.once("error", reject);
    api.#server.listen(0, "127.0.0.1", () => resolve(undefined));
    await promise;
    // A connection that cannot be accepted, for want of descriptors, is its client's loss alone.
    api.#server.on("error", () => undefined);
    return api;
  }

  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  get address(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  deliver(invocation: RuntimeInvocation): void {
    this.#current = invocation;
    if (this.#waiting !== undefined) this.#sendCurrent(this.#waiting);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method ?? ""} ${(request.url ?? "").slice(PREFIX.length)}`;
    if (route === "GET invocation/next") {
      this.#next(response);
      return;
    }
    let body: string | undefined;
    try {
      body = await readBody(request);
    } catch {
      return; // The process died while it was sending; its exit is told elsewhere.
    }
    const [status, answer] = this.#take(route, body);
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer));
  }

  /** @param body `undefined` when it was larger than Lambda takes */
  #take(route: string, body: string | undefined): readonly [status: number, answer: Readonly<Record<string, string>>] {
    if (route === "POST init/error") {
      this.#events.initError(parseError(body));
      return ACCEPTED;
    }
    const [, requestId, kind] = /^POST invocation\/([^/]+)\/(response|error)$/.exec(route) ?? [];
    if (requestId === undefined) return [404, { errorType: "NotFound", errorMessage: `No such route: ${route}` }];
    if (requestId !== this.#current?.requestId) return [400, { errorType: "InvalidRequestID", errorMessage: "Invalid request ID" }];
    this.#current = undefined;
    if (body === undefined) {
      this.#events.error(RESPONSE_TOO_LARGE);
      return [413, { errorType: "RequestEntityTooLarge", errorMessage: RESPONSE_TOO_LARGE.errorMessage }];
    }
    if (kind === "response") this.#events.response(body);
    else this.#events.error(parseError(body));
    return ACCEPTED;
  }

  #next(response: ServerResponse): void {
    this.#waiting = response;
    response.once("close", () => {
      if (this.#waiting === response) this.#waiting = undefined;
    });
    // A client that lost the answer and asks again gets the same invocation.
    if (this.#current !== undefined) this.#sendCurrent(response);
    else this.#events.ready();
  }

  #sendCurrent(response: ServerResponse): void {
    const { requestId, event, deadline, functionArn, traceId, clientContext } = this.#current as RuntimeInvocation;
    this.#waiting = undefined;
    response.writeHead(200, {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(event),
      "Lambda-Runtime-Aws-Request-Id": requestId,
      "Lambda-Runtime-Deadline-Ms": Math.floor(deadline),
      "Lambda-Runtime-Invoked-Function-Arn": functionArn,
      "Lambda-Runtime-Trace-Id": traceId,
      ...(clientContext !== undefined && { "Lambda-Runtime-Client-Context": clientContext }),
    });
    response.end(event);
  }
}

/** @returns `undefined` when the body is larger than Lambda takes */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_RESPONSE) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > LARGEST_RESPONSE ? undefined : Buffer.concat(chunks).toString("utf8");
}
