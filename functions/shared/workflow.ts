import type * as z from "zod";

/** Permissions that a workflow can ask for by name. What a name allows, and which variables come with it, is in infra/rights.ts. */
export const RIGHTS = [
  /** Runs a job's task, and finds the tasks that the execution has run. */
  "runJobs",
  /** Describes tasks. */
  "followTasks",
  /** Stops tasks. */
  "stopTasks",
  /** Describes and stops tasks. */
  "controlTasks",
  /** Sends heartbeats to callbacks of the function's own executions, and fails them. With `runJobs`, the function's jobs report by callback. */
  "manageCallbacks",
  /** Opens and closes records in the job table. */
  "keepRecord",
  /** Stores the outcome of an occurrence, once. */
  "keepOccurrence",
  /** Creates one-time schedules that invoke `reminder`. */
  "createReminders",
  /** Finds tasks and executions that belong together, completes callbacks and records, and runs a dispatched job again. */
  "watchJobs",
  /** Puts a record that `dispatch-job` can't overwrite. */
  "closeRecords",
  /** Lists the executions of all job workflows, and the open records. */
  "listJobs",
] as const;

export type Right = (typeof RIGHTS)[number];

/** The settings (Pulumi.yaml) that a declaration may read. */
export interface WorkflowSettings {
  readonly jobTimeLimitSeconds: number;
  readonly jobMaxAttempts: number;
  readonly jobHeartbeatTimeoutSeconds: number;
  readonly jobCapacityWaitSeconds: number;
  readonly reportSchedule: RecurringExpression;
  readonly reportTimeZone: string;
  readonly reportFlexibleWindowMinutes: number;
  readonly watchdogReservedConcurrency: number;
}

/** A value, or how it follows from the stack's settings. */
export type Setting<T> = T | ((settings: WorkflowSettings) => T);

/** `rate(5 minutes)` or `cron(0 8 ? * MON-FRI *)`, as EventBridge Scheduler takes them for schedules that recur. */
export type RecurringExpression = `rate(${string})` | `cron(${string})`;

/** When EventBridge Scheduler invokes the workflow's published version. */
export interface WorkflowSchedule {
  readonly expression: RecurringExpression;
  /** IANA name; UTC where left out. */
  readonly timeZone?: string;
  /** Minutes within which the Scheduler may invoke it, 0 (on time, where left out) to 1,440. */
  readonly flexibleWindowMinutes?: number;
}

/** Who acts on an error: the caller (the dashboard counts it), or an operator (the alarm `workflow-error` rings as well). */
export type ActsOn = "caller" | "operator";

/** An input with what becomes of it. */
export interface Example<Input = unknown> {
  readonly title: string;
  /** In its texts, `<now+60s>` becomes the time in 60 seconds (UTC, `YYYY-MM-DDTHH:mm:ss`), and `<unique>` a text that occurs once. */
  readonly input: Input;
  /** Where it is offered: by the demo run of `npm start`, in the console. Both where left out. */
  readonly offer?: readonly ("demo" | "console")[];
  /** How its execution ends. Left out, `status` is FAILED with an `error`, else SUCCEEDED. */
  readonly expect?: {
    readonly status?: "SUCCEEDED" | "FAILED";
    readonly error?: { readonly type: string; readonly message?: RegExp };
    /** A part of the result. The demo run prints it. */
    readonly result?: Readonly<Record<string, unknown>>;
  };
}

/** One workflow: everything that the infrastructure, the console, the command line and the tests derive from. */
export interface Workflow<Schema extends z.ZodType = z.ZodType, OwnError extends string = string> {
  /** One line, for people. */
  readonly description: string;
  /** What it takes. As JSON Schema it is a stack output, by which the console and `wf` check payloads. */
  readonly input: Setting<Schema>;
  /** Error types that only this workflow throws, with who acts on them. Those of all workflows are in errors.ts. */
  readonly errors?: Readonly<Record<OwnError, ActsOn>>;
  /** Seconds that an execution may last, waits included. False for a plain function. */
  readonly durable: { readonly timeoutSeconds: Setting<number> } | false;
  /** Seconds that one invocation may take, at most 900; 60 where left out. */
  readonly timeoutSeconds?: number;
  /** Concurrent invocations that are kept free for the function, and that it can't exceed. None where left out or 0. */
  readonly reservedConcurrency?: Setting<number>;
  /** Environment variables besides those that come with its rights. */
  readonly environment?: (settings: WorkflowSettings) => Readonly<Record<string, string>>;
  readonly needs?: readonly Right[];
  readonly schedule?: Setting<WorkflowSchedule>;
  /** The first one starts the console's form. */
  readonly examples: readonly Example<z.input<Schema>>[];
}

/** Declares a workflow: the default export of `functions/<name>/workflow.ts`. */
export function defineWorkflow<Schema extends z.ZodType, OwnError extends string = never>(workflow: Workflow<Schema, OwnError>): Workflow<Schema, OwnError> {
  return workflow;
}

/** The value that a setting has in this stack. */
export function resolve<T extends object | number>(setting: Setting<T>, settings: WorkflowSettings): T {
  // The cast: no setting is itself a function, but T can't say so.
  return typeof setting === "function" ? (setting as (settings: WorkflowSettings) => T)(settings) : setting;
}
