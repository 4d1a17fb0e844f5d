import { ListDurableExecutionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, ResourceNotFoundException } from "@aws-sdk/client-scheduler";
import assert from "node:assert/strict";
import { Temporal } from "temporal-polyfill";
import * as z from "zod";
import type { DemoCase, DemoOutcome } from "../../operator/demo-case.ts";
import { type FinishedExecution, followExecution, startExecution, until } from "../../operator/follow.ts";
import type { StackContext } from "../../operator/stack-context.ts";

const REMINDER_MS = 30_000;

export default [{ title: "create-reminder and reminder: in 5 s, once", run: remind }] satisfies readonly DemoCase[];

async function remind(context: StackContext, report: (line: string) => void): Promise<DemoOutcome> {
  const key = `demo-${Date.now()}`;
  const at = Temporal.Now.plainDateTimeISO("UTC").add({ seconds: 5 }).round("second");
  const input = { key, at: at.toString(), payload: { from: "demo" } };
  const { status, result, error } = await followExecution(context, await startExecution(context, "createReminder", input), report);
  assert.equal(status, "SUCCEEDED", error?.message);
  z.object({ scheduleArn: z.string(), created: z.literal(true) }).parse(result);
  report(`waiting for the reminder at ${at.toString()} UTC`);
  const reminder = await until("the reminder has run", REMINDER_MS, () => reminderOf(context, key, report));
  const gone = await context.scheduler
    .send(new GetScheduleCommand({ GroupName: context.output("reminderScheduleGroupName"), Name: key }))
    .then(() => false)
    .catch((reason: unknown) => reason instanceof ResourceNotFoundException);
  assert.ok(gone, "the schedule deletes itself");
  const { payload } = z.object({ payload: z.json() }).parse(reminder.result);
  return { status: reminder.status, summary: `delivered ${JSON.stringify(payload)}, schedule gone` };
}

async function reminderOf(context: StackContext, key: string, report: (line: string) => void): Promise<FinishedExecution | undefined> {
  const { lambda, output } = context;
  const { DurableExecutions: executions } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({ FunctionName: output("reminderFunctionName"), Qualifier: output("reminderVersion") }),
  );
  for (const { DurableExecutionArn: executionArn } of executions ?? []) {
    if (executionArn === undefined) continue;
    const execution = await followExecution(context, executionArn, report);
    const { data } = z.object({ key: z.literal(key) }).safeParse(execution.result);
    if (data !== undefined) return execution;
  }
  return undefined;
}
