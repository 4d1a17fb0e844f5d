import { AwsError } from "../errors.ts";
import type { Clock } from "../clock.ts";
import type { EventPublisher } from "../events/event.ts";
import type { Identity } from "../identity.ts";
import type { FunctionVersion } from "../lambda/function-version.ts";
import type { StartRequest } from "./contract.ts";
import { executionArn } from "./execution-arn.ts";
import { newExecutionId } from "./secrets.ts";
import { record, timeoutAfter } from "./machine/decision.ts";
import type { RecordedEvent } from "./machine/event.ts";
import { emptyState } from "./machine/state.ts";
import type { DurableRepository, ExecutionRow, Origin } from "./repository.ts";
import type { ExecutionRunner } from "./runner.ts";
import { validateStart } from "./start-rules.ts";
import { statusChangeEvent } from "./status-event.ts";

/** What a new execution is made of, whoever starts it. */
export interface NewExecution {
  readonly version: FunctionVersion;
  readonly name: string;
  readonly executionId: string;
  readonly input: string;
  readonly origin: Origin;
  /** The execution and operation that started it by a chained invoke. */
  readonly parent?: { readonly id: number; readonly operationId: string };
}

/** Starts executions, once for each name. */
export class ExecutionStarts {
  readonly #clock: Clock;
  readonly #identity: Identity;
  readonly #events: EventPublisher;
  readonly #repository: DurableRepository;
  readonly #runner: ExecutionRunner;

  constructor(options: { clock: Clock; identity: Identity; events: EventPublisher; repository: DurableRepository; runner: ExecutionRunner }) {
    this.#clock = options.clock;
    this.#identity = options.identity;
    this.#events = options.events;
    this.#repository = options.repository;
    this.#runner = options.runner;
  }

  /** See `DurableExecutionStarter`. A name belongs to the function, whatever its version, until the execution's retention ends. */
  start(request: StartRequest): { readonly executionArn: string; readonly existing: boolean } {
    validateStart(request);
    const { version, input, invocationType } = request;
    const executionId = newExecutionId();
    const name = request.name ?? executionId;
    const existing = request.name === undefined ? undefined : this.#named(version.functionName, name);
    if (existing !== undefined) return { executionArn: this.#attach(existing, input), existing: true };
    return { executionArn: this.create({ version, name, executionId, input, origin: invocationType }), existing: false };
  }

  /** @returns the ARN of the new execution */
  create(execution: NewExecution): string {
    const { version, name, executionId, input, origin, parent } = execution;
    const moment = this.#runner.moment();
    const timeoutSeconds = version.durable?.executionTimeoutSeconds ?? 0;
    const deadline = timeoutAfter(moment, timeoutSeconds);
    const state = emptyState();
    const events: RecordedEvent[] = [];
    record(state, events, { type: "ExecutionStarted", at: moment.now, id: executionId, name, input, timeoutSeconds, deadline });
    const row = this.#repository.insert({
      executionId,
      name,
      functionName: version.functionName,
      version: version.version,
      origin,
      startedAt: moment.now,
      nextDue: deadline,
      parent: parent?.id ?? null,
      parentOperation: parent?.operationId ?? null,
    });
    this.#repository.append(row.id, state.eventCount, events);
    const arn = executionArn(this.#identity, row);
    this.#events.publish(statusChangeEvent(arn, version.qualifiedArn, state));
    this.#runner.begin(row, state);
    return arn;
  }

  /** The execution that has the name, unless its retention has ended or it is being deleted. */
  #named(functionName: string, name: string): ExecutionRow | undefined {
    const row = this.#repository.find(functionName, name);
    if (row === undefined || (row.status !== "DELETING" && (row.expiresAt ?? Infinity) > this.#clock.now())) return row;
    this.#repository.delete(row.id);
    return undefined;
  }

  #attach(row: ExecutionRow, input: string): string {
    const arn = executionArn(this.#identity, row);
    if (this.#input(row) === input) return arn;
    throw new AwsError("DurableExecutionAlreadyStartedException", `Execution already started: ${arn}`, 409, { Type: "User" });
  }

  /** Undefined when its events cannot be read. */
  #input({ id }: ExecutionRow): string | undefined {
    try {
      const [started] = this.#repository.edge(id, "first");
      return started?.type === "ExecutionStarted" ? started.input : undefined;
    } catch (error) {
      this.#runner.failDamaged(id, error);
      return undefined;
    }
  }
}
