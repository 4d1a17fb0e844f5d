import * as z from "zod";
import { EXECUTION_STATUSES } from "../operator/execution-status.ts";

/**
 * What `--json` prints. Members are never renamed or removed; new ones may come. Time stamps are ISO 8601 in UTC, and
 * what is not known or not there is `null`.
 */

const moment = z.iso.datetime();
const json = z.unknown().describe("Parsed where it is JSON, else the text");

export const statusShape = z.enum(EXECUTION_STATUSES);
export const errorShape = z.object({ type: z.string(), message: z.string() });

export const executionShape = z.object({
  arn: z.string(),
  id: z.string(),
  name: z.string(),
  function: z.string().describe("Short name, such as ship-order"),
  version: z.string(),
  status: statusShape,
  startedAt: moment,
  endedAt: moment.nullable(),
});

export const attemptShape = z.object({
  number: z.int(),
  status: z.enum(["RUNNING", "SUCCEEDED", "FAILED"]),
  startedAt: moment,
  endedAt: moment.nullable(),
  error: errorShape.nullable(),
  nextAttemptAt: moment.nullable().describe("When the attempt after this one was or is due"),
});

export const operationShape = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  name: z.string().nullable(),
  type: z.enum(["STEP", "WAIT", "CALLBACK", "CONTEXT", "CHAINED_INVOKE"]),
  subType: z.string().nullable(),
  status: z.enum(["STARTED", "PENDING", "SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED", "CANCELLED"]),
  startedAt: moment,
  endedAt: moment.nullable(),
  due: moment.nullable().describe("When a wait ends, the next attempt starts, or a callback times out"),
  attempts: z.array(attemptShape).describe("Of a step"),
  callbackId: z.string().nullable(),
  executionArn: z.string().nullable().describe("Of what a chained invoke started"),
  result: json,
  error: errorShape.nullable(),
});

export const taskShape = z.object({
  arn: z.string(),
  id: z.string(),
  status: z.string().describe("PROVISIONING to STOPPED"),
  executionId: z.string().nullable(),
  createdAt: moment.nullable(),
  startedAt: moment.nullable(),
  stoppedAt: moment.nullable(),
  exitCode: z.int().nullable(),
  stopCode: z.string().nullable(),
  stoppedReason: z.string().nullable(),
});

const speed = z.number().describe("Of the stack's clock; 1 is real time, and a deployed stack's only one");

/** `wf list` */
export const listShape = z.object({ speed, executions: z.array(executionShape) });

/** `wf show` */
export const showShape = executionShape.extend({
  speed,
  input: json,
  result: json,
  error: errorShape.nullable(),
  operations: z.array(operationShape).describe("Parents before their children"),
  tasks: z.array(taskShape),
  billedOperations: z.int(),
  invocations: z.int(),
});

/** `wf start`; `status` and what follows only with `--wait` */
export const startShape = z.object({
  function: z.string(),
  arn: z.string().nullable().describe("null for a function that is not durable"),
  id: z.string().nullable(),
  status: statusShape.optional(),
  result: json.optional(),
  error: errorShape.nullable().optional(),
});

/** `wf rerun` */
export const rerunShape = startShape.extend({ rerunOf: z.string().describe("ARN of the execution that was run again") });

/** `wf wait` */
export const waitShape = executionShape.extend({ result: json, error: errorShape.nullable() });

/** `wf stop` */
export const stopShape = z.object({ arn: z.string(), stoppedAt: moment });

/** `wf logs`: one such object a line */
export const logLineShape = z.object({
  timestamp: moment,
  source: z.string().describe("Short name of the function, or task/<id>"),
  stream: z.string(),
  message: json,
});

export const callbackShape = z.object({
  callbackId: z.string(),
  name: z.string().nullable(),
  execution: z.string().describe("ARN"),
  function: z.string(),
  startedAt: moment,
  due: moment.nullable(),
});

/** `wf callback list` */
export const callbacksShape = z.object({ callbacks: z.array(callbackShape) });
/** `wf callback success`, `failure`, `heartbeat` */
export const callbackAnswerShape = z.object({ callbackId: z.string(), answer: z.enum(["success", "failure", "heartbeat"]) });

/** `wf schedules` */
export const schedulesShape = z.object({
  schedules: z.array(
    z.object({
      arn: z.string(),
      name: z.string(),
      group: z.string(),
      expression: z.string(),
      timeZone: z.string(),
      state: z.enum(["ENABLED", "DISABLED"]),
      target: z.string(),
      input: json,
      next: z.array(z.string()).describe("The next moments, ISO 8601 with the offset of the schedule's time zone"),
    }),
  ),
});

/** `wf reminders create` */
export const reminderShape = z.object({ scheduleArn: z.string(), key: z.string(), at: z.string(), timeZone: z.string(), created: z.boolean() });
/** `wf reminders delete` */
export const reminderDeletedShape = z.object({ key: z.string(), deleted: z.literal(true) });

/** `wf tasks` */
export const tasksShape = z.object({ tasks: z.array(taskShape) });

/** `wf dead-letters` */
export const queuesShape = z.object({ queues: z.array(z.object({ name: z.string(), url: z.string(), messages: z.int() })) });
/** `wf dead-letters show` */
export const deadLettersShape = z.object({
  queue: z.string(),
  messages: z.array(
    z.object({ id: z.string(), sentAt: moment, attributes: z.record(z.string(), z.string()), body: json }),
  ),
});
/** `wf dead-letters redrive` */
export const redriveShape = z.object({ redriven: z.array(z.object({ id: z.string(), target: z.string(), arn: z.string().nullable() })) });

/** `wf functions` */
export const functionsShape = z.object({
  functions: z.array(
    z.object({
      name: z.string(),
      functionName: z.string(),
      aliasArn: z.string(),
      version: z.string(),
      runtime: z.string(),
      timeoutSeconds: z.int(),
      memoryMegabytes: z.int(),
      durable: z.object({ executionTimeoutSeconds: z.int(), retentionDays: z.int() }).nullable(),
    }),
  ),
});

/** `wf clock`, `wf clock speed` */
export const clockShape = z.object({ speed });
/** `wf clock skip` */
export const skipShape = z.object({
  arn: z.string(),
  due: moment.describe("The moment that was skipped to"),
  operations: z.array(z.object({ id: z.string(), name: z.string().nullable(), type: z.string() })),
});

export type Execution = z.output<typeof executionShape>;
export type EndedExecution = z.output<typeof waitShape>;
export type Attempt = z.output<typeof attemptShape>;
export type Operation = z.output<typeof operationShape>;
export type Task = z.output<typeof taskShape>;
export type LogLine = z.output<typeof logLineShape>;
export type OpenCallback = z.output<typeof callbackShape>;
export type WorkflowError = z.output<typeof errorShape>;
