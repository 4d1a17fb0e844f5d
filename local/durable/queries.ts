import type { Clock } from "../clock.ts";
import { AwsError } from "../errors.ts";
import type { Identity } from "../identity.ts";
import type { FunctionDirectory } from "../lambda/function-version.ts";
import { parseFunctionName } from "../lambda/names.ts";
import type { ClosedExecution, ErrorObject } from "./contract.ts";
import { executionTrace } from "./execution-trace.ts";
import { executionArn, functionVersionArn, parseExecutionArn } from "./execution-arn.ts";
import { type HistoryEvent, historyEvent } from "./history.ts";
import type { StartedEvent } from "./machine/event.ts";
import { invalid, noCallback } from "./machine/invalid.ts";
import { DamagedRecordError } from "./recorded-events.ts";
import { parseCallbackId } from "./secrets.ts";
import type { DurableRepository, ExecutionRow } from "./repository.ts";
import type { ExecutionRunner } from "./runner.ts";
import { type ExecutionStatus, hasEnded } from "./status.ts";
import { epochSeconds } from "./time-stamps.ts";

/** Validity of a marker of the history (service model, GetDurableExecutionHistory). */
const HISTORY_MARKER_MS = 24 * 3_600_000;

export interface ListRequest {
  /** Name or ARN, with or without qualifier. */
  readonly functionName: string;
  /** Version or alias: only its version's executions; those of all versions when absent. */
  readonly qualifier?: string;
  readonly executionName?: string;
  readonly statuses?: readonly ExecutionStatus[];
  /** Epoch milliseconds, exclusive. */
  readonly startedAfter?: number;
  readonly startedBefore?: number;
  /** Whether the oldest execution comes first. */
  readonly reverseOrder: boolean;
  readonly marker?: string;
  readonly maxItems: number;
}

/** What the API tells about executions, in its own words: time stamps are epoch seconds. */
export class DurableQueries {
  readonly #clock: Clock;
  readonly #identity: Identity;
  readonly #functions: FunctionDirectory;
  readonly #repository: DurableRepository;
  readonly #runner: Pick<ExecutionRunner, "failDamaged">;

  constructor(options: {
    clock: Clock;
    identity: Identity;
    functions: FunctionDirectory;
    repository: DurableRepository;
    runner: Pick<ExecutionRunner, "failDamaged">;
  }) {
    this.#clock = options.clock;
    this.#identity = options.identity;
    this.#functions = options.functions;
    this.#repository = options.repository;
    this.#runner = options.runner;
  }

  /**
   * The execution with this ARN.
   *
   * @throws AwsError ResourceNotFoundException when there is none, or its retention has ended
   */
  find(arn: string): ExecutionRow {
    const address = parseExecutionArn(arn);
    const row = this.#repository.find(address.functionName, address.name);
    if (row === undefined || this.#hasExpired(row) || row.executionId !== address.executionId || executionArn(this.#identity, row) !== arn) {
      throw new AwsError("ResourceNotFoundException", "Durable Execution does not exist", 404, { Type: "User" });
    }
    return row;
  }

  /**
   * The execution and operation of a callback.
   *
   * @throws AwsError InvalidParameterValueException for text that is not a callback id
   * @throws AwsError ResourceNotFoundException when its execution has been deleted (service model, SendDurableExecutionCallbackSuccess)
   */
  ofCallback(callbackId: string): { readonly row: ExecutionRow; readonly operationId: string } {
    const address = parseCallbackId(callbackId);
    if (address === undefined) throw invalid("Invalid callback id");
    const row = this.#repository.get(address.id);
    if (row === undefined || this.#hasExpired(row)) throw noCallback();
    return { row, operationId: address.operationId };
  }

  #hasExpired({ expiresAt }: ExecutionRow): boolean {
    return (expiresAt ?? Infinity) <= this.#clock.now();
  }

  /** How a closed execution ended. */
  closed(arn: string): ClosedExecution {
    return this.#read(arn, (row) => {
      if (!hasEnded(row.status)) throw new Error(`Execution ${arn} has not closed.`);
      return { executionArn: arn, status: row.status, ...this.#outcome(row) };
    });
  }

  /** Reads the events of an execution. An execution whose events cannot be read fails first. */
  #read<T>(arn: string, read: (row: ExecutionRow) => T): T {
    const row = this.find(arn);
    try {
      return read(row);
    } catch (error) {
      if (!(error instanceof DamagedRecordError)) throw error;
      this.#runner.failDamaged(row.id, error);
      return read(this.find(arn));
    }
  }

  /** The answer of GetDurableExecution. */
  get(arn: string, includeData: boolean): Readonly<Record<string, unknown>> {
    return this.#read(arn, (row) => this.#view(row, includeData));
  }

  #view(row: ExecutionRow, includeData: boolean): Readonly<Record<string, unknown>> {
    const version = this.#functions.find(functionVersionArn(this.#identity, row.functionName, row.version));
    const { result, error } = includeData ? this.#outcome(row) : {};
    const started = this.#started(row);
    return {
      ...this.#summary(row),
      Version: row.version,
      InputPayload: includeData ? started?.input : undefined,
      Result: result,
      Error: error,
      TraceHeader: { XAmznTraceId: executionTrace(row) },
      ExecutionDataIncluded: includeData,
      DurableConfig: version?.durable && {
        ExecutionTimeout: version.durable.executionTimeoutSeconds,
        RetentionPeriodInDays: version.durable.retentionDays,
      },
      ...this.#timing(row, started, includeData),
    };
  }

  /** Expected time-out and pause of an execution that hasn't ended. */
  #timing(row: ExecutionRow, started: StartedEvent | undefined, includeData: boolean): Readonly<Record<string, unknown>> {
    if (hasEnded(row.status) || row.status === "DELETING") return {};
    const pause = this.#repository.pauseOf(row.id);
    const deadline = pause?.deadline ?? started?.deadline;
    return {
      ExpectedExecutionTimeoutTimestamp: deadline === undefined ? undefined : epochSeconds(deadline),
      PauseDetails:
        pause === undefined || pause.requestedAt === null
          ? undefined
          : {
              PauseRequestTimestamp: epochSeconds(pause.requestedAt),
              Reason: includeData ? (pause.reason ?? undefined) : undefined,
              ExecutionTimeoutPaused: pause.timeoutPaused === 1,
            },
    };
  }

  /** The answer of GetDurableExecutionHistory. */
  history(
    arn: string,
    options: { readonly includeData: boolean; readonly reverseOrder: boolean; readonly marker?: string; readonly maxItems: number },
  ): { readonly Events: readonly HistoryEvent[]; readonly NextMarker?: string } {
    const { reverseOrder, marker } = options;
    const from = marker === undefined ? (reverseOrder ? Number.MAX_SAFE_INTEGER : 1) : this.#readHistoryMarker(marker);
    return this.#read(arn, (row) => this.#page(row, from, options));
  }

  #page(
    row: ExecutionRow,
    from: number,
    { includeData, reverseOrder, maxItems }: { readonly includeData: boolean; readonly reverseOrder: boolean; readonly maxItems: number },
  ): { readonly Events: readonly HistoryEvent[]; readonly NextMarker?: string } {
    const Events: HistoryEvent[] = [];
    for (const { eventId, event } of this.#repository.history(row.id, from, reverseOrder)) {
      if (Events.length === maxItems) return { Events, NextMarker: writeMarker(`${eventId}:${this.#clock.now()}`) };
      Events.push(historyEvent(row, eventId, event, includeData));
    }
    return { Events };
  }

  #readHistoryMarker(marker: string): number {
    const [eventId = 0, writtenAt = 0] = readMarker(marker, /^(\d{1,9}):(\d{1,16})$/).map(Number);
    if (writtenAt + HISTORY_MARKER_MS < this.#clock.now()) throw invalid("The Marker has expired.");
    return eventId;
  }

  /** ARN of the function whose executions are asked for, as IAM sees it: with the qualifier, if there is one. */
  listedArn({ functionName, qualifier }: Pick<ListRequest, "functionName" | "qualifier">): string {
    return parseFunctionName(functionName, qualifier, this.#identity).arn;
  }

  /**
   * The answer of ListDurableExecutionsByFunction.
   *
   * @throws AwsError ResourceNotFoundException, InvalidParameterValueException
   */
  list(request: ListRequest): { readonly DurableExecutions: readonly Readonly<Record<string, unknown>>[]; readonly NextMarker?: string } {
    const { executionName: name, statuses, startedAfter, startedBefore, marker, maxItems } = request;
    // The service model says: specify one of the values.
    if (statuses !== undefined && statuses.length > 1) throw invalid("Statuses takes one value.");
    const { version, qualified } = this.#functions.resolve(request.functionName, request.qualifier);
    const [startedAt, id] = marker === undefined ? [] : readMarker(marker, /^(\d{1,16}):(\d{1,16})$/).map(Number);
    const rows = this.#repository.list({
      functionName: version.functionName,
      version: qualified ? version.version : undefined,
      name,
      status: statuses?.[0],
      startedAfter,
      startedBefore,
      newestFirst: !request.reverseOrder,
      after: startedAt === undefined || id === undefined ? undefined : { startedAt, id },
      notExpiredAt: this.#clock.now(),
      limit: maxItems + 1,
    });
    const page = rows.slice(0, maxItems);
    const last = page.at(-1);
    const more = rows.length > maxItems && last !== undefined;
    return {
      DurableExecutions: page.map((row) => this.#summary(row)),
      NextMarker: more ? writeMarker(`${last.startedAt}:${last.id}`) : undefined,
    };
  }

  #summary(row: ExecutionRow): Readonly<Record<string, unknown>> {
    return {
      DurableExecutionArn: executionArn(this.#identity, row),
      DurableExecutionName: row.name,
      FunctionArn: functionVersionArn(this.#identity, row.functionName, row.version),
      Status: row.status,
      StartTimestamp: epochSeconds(row.startedAt),
      EndTimestamp: row.endedAt === null || row.status === "DELETING" ? undefined : epochSeconds(row.endedAt),
    };
  }

  #started(row: ExecutionRow): StartedEvent | undefined {
    const [started] = this.#repository.edge(row.id, "first");
    return started?.type === "ExecutionStarted" ? started : undefined;
  }

  /** From the closing event, which is the last of its execution. */
  #outcome(row: ExecutionRow): { readonly result?: string; readonly error?: ErrorObject } {
    const last = !hasEnded(row.status) ? undefined : this.#repository.edge(row.id, "last").at(-1);
    if (last?.type === "ExecutionSucceeded") return { result: last.result };
    return last?.type === "ExecutionFailed" || last?.type === "ExecutionStopped" ? { error: last.error } : {};
  }
}

function writeMarker(position: string | number): string {
  return Buffer.from(String(position)).toString("base64");
}

function readMarker(marker: string, form: RegExp): string[] {
  const groups = form.exec(Buffer.from(marker, "base64").toString());
  if (groups === null) throw invalid("Invalid Marker");
  return groups.slice(1);
}
