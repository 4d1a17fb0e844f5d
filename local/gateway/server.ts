import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsError, UserError } from "../errors.ts";
import type { Iam } from "../iam/iam.ts";
import type { Store } from "../store/store.ts";
import { authenticate } from "./authentication.ts";
import { boundConnections } from "./connections.ts";
import { errorResponse, guessProtocol } from "./error-response.ts";
import { readRequest, singleHeaders } from "./http-request.ts";
import type { ApiResponse, Service } from "./service.ts";
import { parseAuthorization } from "./signature.ts";

const HOST = "127.0.0.1";
/** Longer than clients keep idle connections, so that none is closed under a request on its way. */
const KEEP_ALIVE_MS = 75_000;
/** For a connection's first byte and a request's headers. */
const HEADERS_MS = 15_000;
const CHECK_MS = 5_000;
const CLOSE_GRACE_MS = 5_000;

export interface GatewayOptions {
  readonly store: Pick<Store, "committed">;
  readonly services: readonly Service[];
  readonly iam: Iam;
  /** What people open in a browser. It answers without a signature and guards itself. */
  readonly pages?: Pages;
  /** How many connections may be open. Default: no bound. */
  readonly connections?: number;
  /** Told of internal errors, one text each. */
  readonly log: (message: string) => void;
}

/** Pages at the door, beside the APIs. */
export interface Pages {
  serves(message: IncomingMessage): boolean;
  /** Answers a request whose Host is this door's. */
  handle(message: IncomingMessage, response: ServerResponse): Promise<void>;
}

/**
 * The one HTTP door, on the loopback address only. Each request is authenticated (SigV4), authorised (IAM) and executed;
 * its answer is sent when all it wrote is on disk.
 */
export class Gateway {
  readonly #store: Pick<Store, "committed">;
  readonly #services: ReadonlyMap<string, Service>;
  readonly #iam: Iam;
  readonly #pages: Pages | undefined;
  readonly #log: (message: string) => void;
  readonly #server: Server;
  #hosts: ReadonlySet<string> = new Set();
  #closing = false;

  constructor(options: GatewayOptions) {
    this.#store = options.store;
    this.#services = new Map(options.services.map((service) => [service.signingName, service]));
    this.#iam = options.iam;
    this.#pages = options.pages;
    this.#log = options.log;
    const timeouts = { keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS };
    this.#server = createServer(timeouts, (message, response) => void this.#handle(message, response));
    boundConnections(this.#server, options.connections ?? Infinity);
    // A connection that cannot be accepted, for want of descriptors, is its client's loss alone.
    this.#server.on("error", () => undefined);
  }

  /**
   * Opens the door.
   *
   * @param port 0 for any free one
   * @returns the endpoint URL, such as `http://127.0.0.1:4566`
   * @throws UserError when the port cannot be had
   */
  async listen(port: number): Promise<string> {
    try {
      this.#server.listen({ host: HOST, port });
      await once(this.#server, "listening");
    } catch (error) {
      throw listenError(error, port);
    }
    const { port: actual } = this.#server.address() as AddressInfo; // An IP listener's address is never a string.
    this.#hosts = new Set([`${HOST}:${actual}`, `localhost:${actual}`]);
    return `http://${HOST}:${actual}`;
  }

  /** Takes no more requests, lets those under way finish for up to 5 seconds, then closes every connection. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#closing = true;
    const closed = once(this.#server, "close");
    this.#server.close();
    const cut = setTimeout(() => this.#server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(cut);
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    // A signed request is an API's whatever its path: `GET /` is also S3's list of buckets.
    const isSigned = message.headers.authorization !== undefined;
    if (!isSigned && this.#pages?.serves(message) === true && this.#hosts.has(message.headers.host?.toLowerCase() ?? "")) {
      await this.#pages.handle(message, response);
      return;
    }
    const requestId = randomUUID();
    const answer = await this.#answer(message, requestId);
    const headers: Record<string, string | number> = { "x-amzn-requestid": requestId, ...answer.headers };
    if (answer.status !== 204) headers["content-length"] = Buffer.byteLength(answer.body);
    if (this.#closing) headers["connection"] = "close";
    response.writeHead(answer.status, headers).end(answer.body);
  }

  async #answer(message: IncomingMessage, requestId: string): Promise<ApiResponse> {
    const headers = singleHeaders(message);
    let shape: Pick<Service, "protocol" | "queryErrors"> = { protocol: guessProtocol(headers) };
    try {
      this.#checkHost(headers["host"]);
      const authorization = parseAuthorization(headers["authorization"]);
      const service = this.#services.get(authorization.signingName);
      if (service !== undefined) shape = service;
      const request = await readRequest(message, headers);
      const caller = authenticate(request, authorization, {
        identify: (accessKeyId) => this.#iam.identify(accessKeyId),
        region: this.#iam.identity.region,
        now: Date.now(),
      });
      if (service === undefined) {
        throw new AwsError("UnknownOperationException", `The local stack does not simulate the service ${authorization.signingName}.`, 404);
      }
      const call = service.parse(request);
      for (const access of call.access) this.#iam.authorize(caller, access);
      const answer = await call.execute(caller);
      await this.#store.committed();
      return answer;
    } catch (error) {
      return errorResponse(await this.#settled(error, requestId), shape, requestId);
    }
  }

  /** An error can tell of something written a moment ago ("already exists"), so it too waits for the commit. */
  async #settled(error: unknown, requestId: string): Promise<AwsError> {
    try {
      await this.#store.committed();
      if (error instanceof AwsError) return error;
      this.#log(`Request ${requestId} failed: ${describe(error)}`);
    } catch (failure) {
      this.#log(`Request ${requestId} failed: ${describe(failure)}`);
    }
    return new AwsError("InternalFailure", `The local stack failed to process the request. Its log says why, under ${requestId}.`, 500);
  }

  /** A web page whose DNS name was re-pointed at the loopback address gets here with its own name in `Host`. */
  #checkHost(host: string | undefined): void {
    if (host === undefined || !this.#hosts.has(host.toLowerCase())) {
      throw new AwsError("AccessDeniedException", `The Host header must be one of ${[...this.#hosts].join(", ")}.`, 403);
    }
  }
}

/** What keeps a port from being had, for the person at the keyboard; other errors come back as they are. */
export function listenError(error: unknown, port: number): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "EADDRINUSE") {
    return new UserError(`Port ${port} of ${HOST} is in use, perhaps by another local stack. Stop that, or choose another with --port: --port 0 takes any free one.`);
  }
  if (code === "EACCES") return new UserError(`Port ${port} needs privileges that this user lacks. Choose one above 1023 with --port.`);
  return error;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
