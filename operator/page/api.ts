import type { ExecutionStatus } from "../execution-status.ts";
import type { Failure, ExecutionSummary, NextTimer, Operation, ExecutionView, OperationView } from "./execution-api.ts";

/**
 * What the console's page and its server say to each other, as JSON. Moments are epoch milliseconds. Texts come from
 * users and programs: they are shown as text, never as markup.
 */

/** Lists of tasks and of dead letters are this long at most: the newest. */
export const LONGEST_LIST = 500;

/** What a bulk action takes on: a slip on an empty filter must not start a flood. */
export const MOST_AT_A_TIME = 1_000;

/** The stack itself: what each page needs to know. */
export interface StackView {
  readonly stack: string;
  readonly region: string;
  /** How many declared seconds pass in one real second. */
  readonly speed: number;
  /** Why the program as it is saved is not live, with file and line; absent while it is. */
  readonly failedReload?: string;
  /** Names of the workflows that can be started, without the stack's prefix. */
  readonly workflows: readonly string[];
}

export interface ExecutionFilter {
  readonly workflow?: string;
  readonly status?: ExecutionStatus;
  /** Started at or after. */
  readonly since?: number;
  /** Started before. */
  readonly until?: number;
  /** Part of a name, an id or a workflow, or an ARN. */
  readonly text?: string;
}

export interface ExecutionPage {
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly ExecutionSummary[];
}

export interface OpenCallback {
  readonly execution: ExecutionSummary;
  readonly operation: Operation;
}

export interface FailedExecution extends ExecutionSummary {
  readonly error: Failure;
}

export interface TaskView {
  readonly arn: string;
  readonly id: string;
  readonly family: string;
  readonly lastStatus: string;
  readonly desiredStatus: string;
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly stoppedAt?: number;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  readonly exitCode?: number;
  /** The execution that started it, and its workflow. */
  readonly executionArn?: string;
  readonly workflow?: string;
}

export interface ScheduleView {
  readonly arn: string;
  readonly name: string;
  readonly groupName: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly state: string;
  /** The function's name without the stack's prefix, or the target's ARN. */
  readonly target: string;
  readonly lastMoment?: number;
  /** At most five. */
  readonly nextMoments: readonly number[];
  readonly oneTime: boolean;
}

export interface DeadLetter {
  readonly queue: string;
  readonly sequence: number;
  readonly sentAt: number;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The execution that the event has started, while it is known. */
  readonly execution?: { readonly arn: string; readonly name: string };
  /** Where a redrive delivers it. Absent when that cannot be known. */
  readonly target?: string;
}

export interface HomeView {
  readonly callbacks: readonly OpenCallback[];
  /** Failed and timed out, the latest end first; 50 at most. */
  readonly failed: readonly FailedExecution[];
  readonly failedTotal: number;
  readonly timedOutTotal: number;
  /** Those that stopped amiss, newest first; 50 at most. */
  readonly stoppedTasks: readonly TaskView[];
  readonly deadLetters: number;
  readonly running: ExecutionPage;
  readonly next: readonly ScheduleView[];
}

export interface JobView {
  readonly jobId: string;
  readonly status: string;
  readonly attempt?: number;
  readonly updatedAt: string;
  readonly executionArn?: string;
  /** The whole item, as JSON. */
  readonly item: string;
}

export interface JobPage {
  /** How many jobs match, of the newest 20,000. */
  readonly total: number;
  readonly offset: number;
  readonly rows: readonly JobView[];
}

/** Somebody who may invoke a function, and the statement that says so. */
export interface Invoker {
  /** A role of the program, a service or an account. */
  readonly name: string;
  readonly statement: string;
}

export interface FunctionView {
  readonly workflow: string;
  readonly arn: string;
  readonly durable: boolean;
  readonly newest: string;
  readonly versions: readonly string[];
  readonly aliases: readonly { readonly name: string; readonly version: string }[];
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  readonly roleArn: string;
  /** Policies of its role, as JSON. */
  readonly policies: readonly { readonly name: string; readonly document: string }[];
  readonly invokers: readonly Invoker[];
}

export interface DenialView {
  readonly at: number;
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly message: string;
  /** The policy that would have to change. */
  readonly where: string;
  /** The statement that would allow it there, as JSON. Absent when a deny is to go instead. */
  readonly statement?: string;
}

/** How a workflow is started. */
export interface StartView {
  readonly workflow: string;
  readonly durable: boolean;
  /** A valid payload, as JSON. */
  readonly example: string;
  /** JSON Schema of the payload, as JSON. */
  readonly schema: string;
}

/** Kinds of things that have changed, as the stream of changes names them. */
export type ChangeKind = "executions" | "tasks" | "schedules" | "deadLetters" | "clock" | "logs" | "reload";

export interface Change {
  readonly kinds: readonly ChangeKind[];
  /** Ids of the executions that have changed. */
  readonly executionIds: readonly string[];
}

/** What the page can read: path after `/console/api/` → answer. */
export interface Reads {
  readonly stack: StackView;
  readonly home: HomeView;
  readonly executions: ExecutionPage;
  readonly execution: ExecutionView;
  readonly operation: OperationView;
  readonly tasks: readonly TaskView[];
  readonly schedules: readonly ScheduleView[];
  readonly "dead-letters": readonly DeadLetter[];
  readonly jobs: JobPage;
  readonly functions: readonly FunctionView[];
  readonly denials: readonly DenialView[];
  readonly start: StartView;
}

/** What the page can do: path after `/console/api/` → request and answer. */
export interface Actions {
  readonly check: { readonly request: { workflow: string; input: string }; readonly answer: { readonly faults: readonly string[] } };
  readonly start: { readonly request: { workflow: string; input: string; name?: string }; readonly answer: { readonly arn?: string } };
  readonly stop: { readonly request: { arn: string }; readonly answer: object };
  /** Changes how fast the durations pass that begin from now on. */
  readonly speed: { readonly request: { speed: number }; readonly answer: { readonly speed: number } };
  /** Lets the next timer of an execution fire now. */
  readonly skip: { readonly request: { arn: string }; readonly answer: NextTimer };
  readonly rerun: { readonly request: { arn: string; input?: string }; readonly answer: { readonly arn: string } };
  readonly "stop-all": { readonly request: ExecutionFilter; readonly answer: { readonly count: number } };
  readonly "rerun-all": { readonly request: ExecutionFilter; readonly answer: { readonly count: number } };
  readonly callback: {
    readonly request: { callbackId: string; outcome: "success" | "failure" | "heartbeat"; result?: string; errorType?: string; errorMessage?: string };
    readonly answer: object;
  };
  readonly "stop-task": { readonly request: { arn: string }; readonly answer: object };
  readonly "fire-schedule": { readonly request: { groupName: string; name: string }; readonly answer: object };
  readonly "delete-schedule": { readonly request: { groupName: string; name: string }; readonly answer: object };
  readonly redrive: { readonly request: { queue: string; sequence: number }; readonly answer: { readonly arn?: string } };
}

export interface ApiError {
  readonly error: string;
}
