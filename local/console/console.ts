import type { IncomingMessage, ServerResponse } from "node:http";
import * as z from "zod";
import type { ApiError } from "../../operator/page/api.ts";
import { ExecutionBrowser } from "../durable/browse.ts";
import { TaskBrowser } from "../ecs/task-browser.ts";
import { AwsError } from "../errors.ts";
import { readRequest, singleHeaders } from "../gateway/http-request.ts";
import { MessageBrowser } from "../sqs/message-browser.ts";
import { createActions } from "./actions.ts";
import { type Asset, buildAssets } from "./assets.ts";
import { Changes } from "./changes.ts";
import type { Policies } from "./functions.ts";
import { consoleToken, isCrossSite, isToken, SECURITY_HEADERS, TOKEN_HEADER } from "./guard.ts";
import { createReads } from "./reads.ts";
import type { ConsoleOptions, ConsoleServices } from "./services.ts";

const API = "/console/api/";
/** Keeps the stream of changes from being taken for dead, and tells the page soon when it is. */
const BEAT_MS = 15_000;

type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

/**
 * The console: a page at the endpoint, and the small API behind it. It has no state of its own: it reads and acts through
 * the services that the AWS APIs are made of, as the local developer.
 */
export class Console {
  readonly token: string;
  readonly #store: ConsoleServices["store"];
  readonly #reads: Handlers;
  readonly #actions: Handlers;
  readonly #changes: Changes;
  readonly #streams = new Set<ServerResponse>();
  #policies: Policies = { roles: [], resourcePolicies: [] };
  #stopped = false;
  #assets: Promise<ReadonlyMap<string, Asset>> | undefined;

  constructor(options: ConsoleOptions) {
    const { store } = options;
    const executions = new ExecutionBrowser({ store, identity: options.iam.identity });
    const taskBrowser = new TaskBrowser(store);
    const messages = new MessageBrowser(store);
    const services: ConsoleServices = { ...options, executions, taskBrowser, messages };
    this.token = consoleToken(options.developer);
    this.#store = store;
    this.#reads = createReads(services, () => this.#policies);
    this.#actions = createActions(services);
    const schedules = () => JSON.stringify(options.scheduler.list().map(({ definition, modifiedAt, lastMoment }) => [definition.arn, modifiedAt, lastMoment]));
    this.#changes = new Changes({ store, clock: options.clock, reload: options.reload, logs: options.logs, engine: services.engine, executions, tasks: taskBrowser, messages, schedules });
  }

  apply({ roles, resourcePolicies }: Policies): void {
    this.#policies = { roles, resourcePolicies };
  }

  /** Ends the streams of changes, which would keep the door from closing. */
  stop(): void {
    this.#stopped = true;
    this.#changes.stop();
    for (const stream of this.#streams) stream.end();
  }

  /** Whether a request is for the console: no path of an AWS API is among these. */
  serves({ method, url = "" }: IncomingMessage): boolean {
    const path = pathOf(url);
    return path.startsWith("/console/") || (path === "/" && (method === "GET" || method === "HEAD"));
  }

  /** Answers a request whose Host has been checked. */
  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = singleHeaders(message);
    for (const [name, value] of Object.entries({ ...SECURITY_HEADERS, "cache-control": "no-store" })) response.setHeader(name, value);
    // A page that connects again at once must not hold up the end of the stack.
    if (this.#stopped) response.setHeader("connection", "close");
    const path = pathOf(message.url ?? "");
    try {
      if (this.#stopped) throw new AwsError("ServiceUnavailable", "The stack is stopping.", 503);
      if (isCrossSite(headers)) throw new AwsError("AccessDenied", "The console answers no other site.", 403);
      if (!path.startsWith(API)) {
        await this.#serveAsset(path, headers["accept-encoding"] ?? "", response);
        return;
      }
      if (!isToken(headers[TOKEN_HEADER], this.token)) throw new AwsError("AccessDenied", "The console's token is missing or wrong.", 401);
      const name = path.slice(API.length);
      if (name === "changes") this.#stream(response);
      else await this.#answer(name, message, headers, response);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const status = error instanceof AwsError ? error.status : error instanceof z.ZodError || error instanceof SyntaxError ? 400 : 500;
      writeJson(response, status, { error: error instanceof Error ? error.message : String(error) } satisfies ApiError);
    }
  }

  async #answer(name: string, message: IncomingMessage, headers: Record<string, string>, response: ServerResponse): Promise<void> {
    const { method, query, body } = await readRequest(message, headers);
    const handlers = method === "POST" ? this.#actions : this.#reads;
    const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined;
    if (handler === undefined || (method !== "POST" && method !== "GET")) throw new AwsError("NotFound", `The console has no ${method} ${name}.`, 404);
    // Each handler parses what it is given.
    const answer = await handler((method === "POST" ? JSON.parse(body.toString("utf8")) : query) as never);
    await this.#store.committed();
    writeJson(response, 200, answer);
  }

  async #serveAsset(path: string, accepted: string, response: ServerResponse): Promise<void> {
    this.#assets ??= buildAssets();
    const asset = (await this.#assets).get(path);
    if (asset === undefined) throw new AwsError("NotFound", "There is no such page.", 404);
    const brotli = accepted.includes("br");
    response.writeHead(200, { "content-type": asset.type, vary: "accept-encoding", ...(brotli ? { "content-encoding": "br" } : {}) });
    response.end(brotli ? asset.compressed : asset.body);
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const send = (data: unknown) => response.write(`data: ${JSON.stringify(data)}\n\n`);
    const end = this.#changes.listen(send);
    const beat = setInterval(() => send({ kinds: [], executionIds: [] }), BEAT_MS).unref();
    this.#streams.add(response);
    send({ kinds: [], executionIds: [] });
    response.once("close", () => {
      clearInterval(beat);
      end();
      this.#streams.delete(response);
    });
  }
}

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "";
}

function writeJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}
