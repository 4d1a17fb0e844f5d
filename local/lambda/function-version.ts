import type { LoggingSettings } from "./log-levels.ts";
import type { PublishedCode } from "./published-code.ts";

/** A version of a function, with everything that an execution environment needs. A published one never changes. */
export interface FunctionVersion {
  readonly functionName: string;
  /** Without qualifier. */
  readonly functionArn: string;
  /** `1`, `2`, …, or `$LATEST`. */
  readonly version: string;
  /** False for a function that publishes nothing: its code has a number, but only `$LATEST` leads to it. */
  readonly isPublished?: boolean;
  /** `functionArn:version`. */
  readonly qualifiedArn: string;
  readonly runtime: string;
  /** `file.export`, such as `index.handler`. */
  readonly handler: string;
  /** Folder with the unpacked code of this version, kept while it is the newest one or executions are pinned to it. */
  readonly codeFolder: string;
  /** What that folder must hold; absent in versions that were published before this was recorded. */
  readonly code?: PublishedCode;
  /** Identifies code and configuration together: a change publishes a new version. */
  readonly configurationHash: string;
  /** Of one invocation, 1 to 900. */
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly roleArn: string;
  readonly logGroupName: string;
  readonly logging?: LoggingSettings;
  readonly deadLetterQueueArn?: string;
  /** Present on durable functions only. */
  readonly durable?: { readonly executionTimeoutSeconds: number; readonly retentionDays: number };
}

/** How one invocation of a handler ended. */
export type InvocationOutcome =
  | { readonly kind: "response"; readonly payload: string }
  /** The handler threw, timed out (`Sandbox.Timedout`), or its process died (`Runtime.ExitError`). */
  | { readonly kind: "error"; readonly errorType: string; readonly errorMessage: string; readonly stackTrace?: readonly string[] };

/** What comes with an event. */
export interface InvocationDetails {
  /** X-Ray trace header that the invocation belongs to; one of its own when absent. */
  readonly trace?: string;
  /** ClientContext of a synchronous Invoke: JSON in ASCII, as a header of the Runtime API holds it. */
  readonly clientContext?: string;
}

/** Runs handlers in execution environments: the durable engine's way to a function. */
export interface HandlerInvoker {
  /** Never rejects: a crash is an outcome. Queues while all environments are busy. */
  invoke(version: FunctionVersion, event: string, requestId: string, details?: InvocationDetails): Promise<InvocationOutcome>;
}

/** Starts functions on behalf of AWS services (Scheduler, EventBridge), as invocation type `Event`. */
export interface AsyncInvoker {
  /**
   * Accepts an event in this turn's transaction; delivery, retries and the dead-letter queue follow.
   *
   * @param functionArn version or alias for a durable function; anything for a plain one
   * @returns the ARN of the execution it started, for a durable function
   * @throws AwsError ResourceNotFoundException, InvalidParameterValueException (unqualified durable function), RequestTooLargeException
   */
  invokeAsync(functionArn: string, payload: string): { executionArn?: string };
}

/** Which versions exist, by the names that callers use. */
export interface FunctionDirectory {
  /**
   * Takes a name, `name:qualifier`, ARN or qualified ARN as the Invoke API does.
   *
   * @throws AwsError ResourceNotFoundException when there is no such function, version or alias
   */
  resolve(nameOrArn: string, qualifier?: string): { readonly version: FunctionVersion; readonly qualified: boolean };
  /** The version with this qualified name or ARN: of a function that is not declared any more, too, while it has open executions. */
  find(qualified: string): FunctionVersion | undefined;
  /** The newest version of a function, by name or unqualified ARN. */
  newest(nameOrArn: string): FunctionVersion | undefined;
}

/** Where events go whose asynchronous handling has failed for good. */
export interface DeadLetterSink {
  /** Sends the original event to the version's dead-letter queue, if it has one, in this turn's transaction, as the function's role. */
  deadLetter(version: FunctionVersion, event: string, failure: { requestId: string; errorCode: string; errorMessage: string }): void;
}
