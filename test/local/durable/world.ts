import { setImmediate as turn } from "node:timers/promises";
import { type DurableContext, type DurableInstrumentationPlugin, withDurableExecution } from "@aws/durable-execution-sdk-js";
import type { Cancel, Clock } from "../../../local/clock.ts";
import { DurableEngine, schema } from "../../../local/durable/engine.ts";
import type { ErrorObject } from "../../../local/durable/contract.ts";
import { AwsError } from "../../../local/errors.ts";
import type { BusEvent } from "../../../local/events/event.ts";
import type { AccessControl, AccessRequest } from "../../../local/iam/access.ts";
import type { Identity } from "../../../local/identity.ts";
import type { FunctionDirectory, FunctionVersion, HandlerInvoker, InvocationOutcome } from "../../../local/lambda/function-version.ts";
import { Store } from "../../../local/store/store.ts";

export const identity: Identity = { partition: "aws", region: "eu-west-1", accountId: "000000000000" };

/** A clock that stands still until it is told to move. */
export class FakeClock implements Clock {
  readonly speed: number;
  resumedAt: number | undefined;
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  constructor(speed = 1) {
    this.speed = speed;
  }

  now(): number {
    return this.#now;
  }

  scale(milliseconds: number): number {
    return milliseconds / this.speed;
  }

  at(timestamp: number, run: () => void): Cancel {
    const timer = { at: timestamp, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets time pass, running what falls due in its order. */
  advance(milliseconds: number): void {
    const target = this.#now + milliseconds;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= target).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers.delete(next);
      next.run();
    }
    this.#now = target;
  }

  /** Lets time pass as when the machine sleeps: what falls due is run afterwards. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds;
    this.resumedAt = this.#now;
    this.advance(0);
  }

  /** Begins at this moment, in epoch milliseconds. */
  startAt(now: number): this {
    this.#now = now;
    return this;
  }
}

/** What every event of a history has. */
export interface ShownEvent {
  readonly EventType: string;
  readonly EventId: number;
  readonly EventTimestamp: number;
  readonly Id?: string;
  readonly Name?: string;
  readonly SubType?: string;
  readonly ParentId?: string;
}

export type Handler = (input: never, context: DurableContext) => Promise<unknown>;
/** What stands in for a process that runs a handler. */
export type RawHandler = (event: string, requestId: string) => Promise<InvocationOutcome>;

/** What a handler answers whose execution has ended with this result. */
export const succeeded = (result: unknown): InvocationOutcome => ({
  kind: "response",
  payload: JSON.stringify({ Status: "SUCCEEDED", Result: JSON.stringify(result) }),
});
/** What a handler answers that waits for something. */
export const pending: InvocationOutcome = { kind: "response", payload: '{"Status":"PENDING"}' };

/** What a handler is invoked with. */
export interface Envelope {
  readonly DurableExecutionArn: string;
  readonly CheckpointToken: string;
  readonly InitialExecutionState: { readonly Operations: readonly { readonly Id: string; readonly Type: string; readonly Status: string }[]; readonly NextMarker: string };
  readonly UpdatedOperationIds?: readonly string[];
}

/** The durable engine with everything around it that Lambda would be. */
export class World {
  readonly clock: FakeClock;
  readonly store: Store;
  readonly engine: DurableEngine;
  readonly published: BusEvent[] = [];
  readonly deadLetters: { readonly event: string; readonly errorCode: string }[] = [];
  readonly accessRequests: AccessRequest[] = [];
  readonly denied = new Set<string>();
  /** Events that handlers were given, by function. */
  readonly invocations: { readonly functionName: string; readonly event: string }[] = [];
  readonly #handlers = new Map<string, RawHandler>();
  readonly #versions = new Map<string, FunctionVersion>();
  #inFlight = 0;

  constructor(options: { file?: string; clock?: FakeClock; invocationAttempts?: number } = {}) {
    this.clock = options.clock ?? new FakeClock();
    this.store = Store.open({ file: options.file ?? ":memory:", schemas: [schema] });
    this.engine = new DurableEngine({
      store: this.store,
      clock: this.clock,
      identity,
      invoker: this.#invoker(),
      functions: this.#directory(),
      events: { publish: (event) => void this.published.push(event) },
      deadLetters: { deadLetter: (_version, event, { errorCode }) => void this.deadLetters.push({ event, errorCode }) },
      iam: this.#iam(),
      invocationAttempts: options.invocationAttempts,
    });
  }

  /** Declares a function whose handler is written with the durable SDK. */
  durable(functionName: string, handler: Handler, settings: Partial<FunctionVersion> = {}, plugins: DurableInstrumentationPlugin[] = []): FunctionVersion {
    const wrapped = withDurableExecution(handler as never, { durableExecutionClient: this.#client(), plugins });
    return this.raw(functionName, async (event, requestId) => {
      try {
        const output: unknown = await wrapped(JSON.parse(event) as never, lambdaContext(requestId) as never);
        return { kind: "response", payload: JSON.stringify(output) };
      } catch (error) {
        return { kind: "error", errorType: (error as Error).name, errorMessage: (error as Error).message };
      }
    }, settings);
  }

  /** Declares a function by what its process does. */
  raw(functionName: string, handler: RawHandler, settings: Partial<FunctionVersion> = {}): FunctionVersion {
    const version = functionVersion(functionName, settings);
    this.#versions.set(functionName, version);
    this.#handlers.set(functionName, handler);
    return version;
  }

  /** Puts something between the engine and a function's process: a crash, a delay. */
  interrupt(functionName: string, around: (invoke: () => Promise<InvocationOutcome>) => Promise<InvocationOutcome>): void {
    const handler = this.#handlers.get(functionName)!;
    this.#handlers.set(functionName, async (event, requestId) => around(async () => handler(event, requestId)));
  }

  remove(functionName: string): void {
    this.#versions.delete(functionName);
  }

  /** Starts an execution and answers its ARN once it is on disk. */
  async begin(functionName: string, input: unknown = {}, options: { name?: string; invocationType?: "RequestResponse" | "Event" } = {}): Promise<string> {
    const version = this.#versions.get(functionName)!;
    const { executionArn } = this.engine.start({ version, input: JSON.stringify(input), invocationType: options.invocationType ?? "RequestResponse", name: options.name });
    await this.store.committed();
    return executionArn;
  }

  /** Resolves when no handler runs and nothing is left to write. */
  async idle(): Promise<void> {
    const deadline = performance.now() + 60_000;
    for (let quiet = 0; quiet < 4; quiet++) {
      await this.store.committed();
      await turn();
      if (this.#inFlight > 0) quiet = 0;
      if (performance.now() > deadline) throw new Error("Handlers are still running after 10 s.");
    }
  }

  /** Lets time pass and everything that it brings happen. */
  async pass(seconds: number): Promise<void> {
    await this.idle();
    this.clock.advance(seconds * 1000);
    await this.idle();
  }

  history(arn: string): ShownEvent[] {
    return this.engine.queries.history(arn, { includeData: true, reverseOrder: false, maxItems: 1000 }).Events as unknown as ShownEvent[];
  }

  eventTypes(arn: string): string[] {
    return this.history(arn).map(({ EventType }) => EventType);
  }

  get(arn: string): { readonly Status: string; readonly Result?: string; readonly Error?: ErrorObject } {
    return this.engine.queries.get(arn, true) as never;
  }

  /** What a process would be left with if the machine lost power now: nothing is stopped, nothing is told. */
  close(): void {
    this.engine.stop();
    this.store.close();
  }

  #client() {
    return {
      checkpoint: async (request: never) => this.#answer(() => this.engine.checkpoint(request)),
      getExecutionState: async (request: never) => this.#answer(() => this.engine.getExecutionState(request)),
    } as never;
  }

  async #answer<T>(call: () => T): Promise<T> {
    try {
      const answer = call();
      await this.store.committed();
      return answer;
    } catch (error) {
      throw Object.assign(error as Error, { $metadata: { httpStatusCode: (error as AwsError).status } });
    }
  }

  /** The same events, read. */
  envelopes(): Envelope[] {
    return this.invocations.map(({ event }) => JSON.parse(event) as Envelope);
  }

  #invoker(): HandlerInvoker {
    return {
      invoke: async ({ functionName }, event, requestId) => {
        this.invocations.push({ functionName, event });
        this.#inFlight++;
        try {
          return await this.#handlers.get(functionName)!(event, requestId);
        } finally {
          this.#inFlight--;
        }
      },
    };
  }

  #directory(): FunctionDirectory {
    return {
      resolve: (nameOrArn, qualifier) => {
        const [name = "", suffix] = nameOrArn.replace(/^arn:.*:function:/, "").split(":");
        const version = this.#versions.get(name);
        if (version === undefined) throw new AwsError("ResourceNotFoundException", `Function not found: ${nameOrArn}`, 404);
        return { version, qualified: (qualifier ?? suffix) !== undefined };
      },
      find: (qualifiedArn) => this.#versions.get(qualifiedArn.split(":")[6] ?? ""),
      newest: (nameOrArn) => this.#versions.get(nameOrArn),
    };
  }

  #iam(): AccessControl {
    const neverAsked = (): never => {
      throw new Error("The durable engine has no business here.");
    };
    return {
      authorizeService: neverAsked,
      issueCredentials: neverAsked,
      revokeCredentials: neverAsked,
      assumeRole: (roleArn) => ({ kind: "assumed-role", arn: roleArn, roleArn, accountId: identity.accountId }),
      authorize: (principal, request) => {
        this.accessRequests.push(request);
        if (this.denied.has(request.resource)) {
          throw new AwsError("AccessDeniedException", `User: ${principal.arn} is not authorized to perform: ${request.action} on resource: ${request.resource}`, 403);
        }
      },
    };
  }
}

export function functionVersion(functionName: string, settings: Partial<FunctionVersion> = {}): FunctionVersion {
  const functionArn = `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`;
  return {
    functionName,
    functionArn,
    version: "1",
    qualifiedArn: `${functionArn}:1`,
    runtime: "nodejs24.x",
    handler: "index.handler",
    codeFolder: "/nowhere",
    configurationHash: "",
    timeoutSeconds: 60,
    memoryMegabytes: 128,
    environment: {},
    roleArn: `arn:aws:iam::000000000000:role/${functionName}`,
    logGroupName: `/aws/lambda/${functionName}`,
    durable: { executionTimeoutSeconds: 900, retentionDays: 1 },
    ...settings,
  };
}

function lambdaContext(awsRequestId: string) {
  return { awsRequestId, getRemainingTimeInMillis: () => 60_000 };
}
