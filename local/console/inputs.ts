import * as z from "zod";
import { createReminderInput } from "../../functions/create-reminder/input.ts";
import { dispatchJobInput } from "../../functions/dispatch-job/input.ts";
import { mathInput } from "../../functions/math/input.ts";
import { reminderInput } from "../../functions/reminder/input.ts";
import { reportInput } from "../../functions/report/input.ts";
import { describeIssues } from "../../container/kit/issues.ts";
import { jobRequest, jobRequestParser } from "../../functions/shared/job-request.ts";
import { sweepInput } from "../../functions/task-sweep/input.ts";
import { watchdogEvent } from "../../functions/task-watchdog/input.ts";
import type { FunctionVersion } from "../lambda/function-version.ts";

/** What a workflow takes. */
export interface WorkflowInput {
  readonly schema: z.ZodType;
  /** A valid payload. @param now epoch milliseconds */
  example(now: number): unknown;
  /** @throws Error naming every wrong field */
  parse(input: unknown, version: Pick<FunctionVersion, "environment">): unknown;
}

const REMINDER_DELAY_MS = 60_000;

const job: Pick<WorkflowInput, "schema" | "example"> = {
  schema: jobRequest(Infinity),
  example: () => ({ message: "hello", processingTime: 5 }),
};

const inputs: Readonly<Record<string, WorkflowInput>> = {
  math: plain(mathInput, () => ({ num1: 10, num2: 5 })),
  report: plain(reportInput, () => ({})),
  "poll-job": { ...job, parse: (input, version) => jobRequestParser(timeLimit(version))(input) },
  "callback-job": { ...job, parse: (input, version) => jobRequestParser(timeLimit(version))(input) },
  "dispatch-job": { ...job, parse: (input, version) => dispatchJobInput(timeLimit(version))(input) },
  "create-reminder": plain(createReminderInput, (now) => ({ key: `tea-${Math.floor(now / 1000)}`, at: utc(now + REMINDER_DELAY_MS), payload: { cup: 1 } })),
  reminder: plain(reminderInput, (now) => ({
    key: "tea",
    payload: { cup: 1 },
    scheduledTime: `${utc(now)}Z`,
    scheduleArn: "arn:aws:scheduler:us-east-1:000000000000:schedule/reminders/tea",
    executionId: "by-hand",
  })),
  "task-sweep": plain(sweepInput, () => ({})),
  "task-watchdog": plain(watchdogEvent, () => ({
    "detail-type": "Durable Execution Status Change",
    detail: { durableExecutionArn: "arn:aws:lambda:us-east-1:000000000000:function:math:1/durable-execution/a/a", status: "SUCCEEDED" },
  })),
};

/** The input of a function of this program; anything goes for one that is not known here. @param workflow its folder's name */
export function inputOf(workflow: string): WorkflowInput {
  return inputs[workflow] ?? plain(z.json(), () => ({}));
}

/** JSON Schema, as far as one can say it. */
export function jsonSchemaOf(input: WorkflowInput): unknown {
  return z.toJSONSchema(input.schema, { io: "input", unrepresentable: "any" });
}

/** @returns what is wrong with a payload: nothing when the function would take it */
export function faultsOf(text: string, workflow: string, version: Pick<FunctionVersion, "environment">): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return [`Not JSON: ${(error as Error).message}`];
  }
  try {
    inputOf(workflow).parse(value, version);
    return [];
  } catch (error) {
    return (error as Error).message.split("; ");
  }
}

function plain(schema: z.ZodType, example: WorkflowInput["example"]): WorkflowInput {
  return {
    schema,
    example,
    parse(input) {
      const parsed = schema.safeParse(input);
      if (!parsed.success) throw new Error(describeIssues(parsed.error).join("; "));
      return parsed.data;
    },
  };
}

function timeLimit(version: Pick<FunctionVersion, "environment">): number {
  return Number(version.environment["JOB_TIME_LIMIT_SECONDS"] ?? Infinity);
}

/** As local times are written: without zone and fraction. */
function utc(moment: number): string {
  return new Date(moment).toISOString().slice(0, 19);
}
