import type { EventPublisher } from "../events/event.ts";
import type { Identity } from "../identity.ts";
import type { DeadLetterSink, FunctionDirectory } from "../lambda/function-version.ts";
import type { ClosedExecution } from "./contract.ts";
import { functionVersionArn } from "./execution-arn.ts";
import type { LiveExecution } from "./live-execution.ts";
import type { DurableRepository } from "./repository.ts";
import { hasEnded } from "./status.ts";
import { statusChangeEvent } from "./status-event.ts";

/** Of executions whose version is gone, and with it the setting. */
const DEFAULT_RETENTION_DAYS = 14;
const DAY_MS = 86_400_000;

/** What the end of an execution means to the store, the event bus and the dead-letter queue. */
export class Closing {
  readonly #identity: Identity;
  readonly #functions: FunctionDirectory;
  readonly #events: EventPublisher;
  readonly #deadLetters: DeadLetterSink;
  readonly #repository: DurableRepository;

  constructor(options: {
    identity: Identity;
    functions: FunctionDirectory;
    events: EventPublisher;
    deadLetters: DeadLetterSink;
    repository: DurableRepository;
  }) {
    this.#identity = options.identity;
    this.#functions = options.functions;
    this.#events = options.events;
    this.#deadLetters = options.deadLetters;
    this.#repository = options.repository;
  }

  /** Records and announces that the execution has closed, in this turn's transaction. */
  announce({ row, arn, state }: LiveExecution): ClosedExecution {
    const { status, endedAt, result, error } = state;
    if (!hasEnded(status) || endedAt === undefined) throw new Error(`Execution ${arn} has not closed.`);
    const functionArn = functionVersionArn(this.#identity, row.functionName, row.version);
    const version = this.#functions.find(functionArn);
    // Retention is a matter of the calendar: it doesn't shrink with the speed of the clock.
    const retentionDays = version?.durable?.retentionDays ?? DEFAULT_RETENTION_DAYS;
    this.#repository.close(row.id, status, endedAt, endedAt + retentionDays * DAY_MS);
    this.#events.publish(statusChangeEvent(arn, functionArn, state));
    if (row.origin === "Event" && status !== "SUCCEEDED" && version !== undefined) {
      this.#deadLetters.deadLetter(version, state.input, {
        requestId: row.executionId,
        errorCode: error?.ErrorType ?? status,
        errorMessage: error?.ErrorMessage ?? `The durable execution ended ${status}.`,
      });
    }
    return { executionArn: arn, status, result, error };
  }
}
