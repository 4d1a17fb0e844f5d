import { StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import { CreateScheduleCommand, DeleteScheduleCommand, GetScheduleCommand } from "@aws-sdk/client-scheduler";
import * as assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BusEvent } from "../../local/events/event.ts";
import { startStack, type RunningStack } from "../../local/stack.ts";
import { createStackContext, type StackContext } from "../../operator/stack-context.ts";
import { getHistory } from "../../operator/executions.ts";
import { followExecution, startExecution, until } from "../../operator/follow.ts";
import { childProcesses, kill } from "./processes.ts";
import { DEADLINE_MS, idOf, runningTask, tasksOf } from "./tasks-of.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const quiet = () => undefined;

describe("The local stack", function () {
  this.timeout(90_000);

  let data: string;
  let stack: RunningStack;
  let context: StackContext;
  let onEvent: (event: BusEvent) => void = quiet;

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "stack-"));
    stack = await startStack({
      projectFolder: PROJECT,
      stack: "dev",
      dataFolder: data,
      port: 0,
      speed: 1,
      onEvent: (event) => onEvent(event),
      onFatal: (error) => assert.fail(error),
    });
    context = createStackContext(stack);
  });

  after(async () => {
    context.destroy();
    await stack.stop();
    rmSync(data, { recursive: true });
  });

  afterEach(() => {
    onEvent = quiet;
  });

  it("fails a waiting callback-job by the stop of its task, before any time-out, when its job's process is killed", async () => {
    const executionArn = await startExecution(context, "callbackJob", { message: "killed", processingTime: 300 });
    await runningTask(context, executionArn);
    kill(childProcesses("job.mjs"));
    const execution = await followExecution(context, executionArn, quiet);
    assert.equal(execution.status, "FAILED");
    assert.equal(execution.error?.type, "JobFailed");
    assert.match(execution.error.message, /exit code 137/);
    assert.match(execution.error.message, /Essential container in task exited/);
    const callbackEnds = execution.events.map(({ EventType }) => EventType).filter((type) => type === "CallbackFailed" || type === "CallbackTimedOut");
    assert.deepEqual(callbackEnds, ["CallbackFailed"]);
  });

  it("leaves one task, not two, when the function's process is killed between starting the task and its checkpoint", async () => {
    let killed = 0;
    onEvent = ({ detailType, detail }) => {
      if (killed > 0 || detailType !== "ECS Task State Change" || detail.lastStatus !== "PROVISIONING") return;
      // This runs between the commit of RunTask and its answer, so the function has not checkpointed the step.
      const environments = childProcesses(join("lambda", "bootstrap"));
      killed = environments.length;
      kill(environments);
    };
    const executionArn = await startExecution(context, "pollJob", { message: "once", processingTime: 1 });
    const execution = await followExecution(context, executionArn, quiet);
    assert.ok(killed > 0);
    assert.equal(execution.status, "SUCCEEDED", execution.error?.message);
    const crashed = execution.events.find((event) => event.InvocationCompletedDetails?.Error !== undefined);
    assert.equal(crashed?.InvocationCompletedDetails?.Error?.Payload?.ErrorType, "Runtime.ExitError");
    assert.equal((await tasksOf(context, executionArn)).length, 1);
  });

  it("stops a task whose execution was stopped in the moment between RunTask and the watchdog's look", async () => {
    let stopping: Promise<unknown> | undefined;
    const executionArn = await startExecution(context, "callbackJob", { message: "orphan", processingTime: 300 });
    onEvent = ({ detailType, detail }) => {
      if (stopping !== undefined || detailType !== "ECS Task State Change" || detail.startedBy !== idOf(executionArn)) return;
      stopping = context.lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: executionArn }));
    };
    const task = await until("the task is stopped", DEADLINE_MS, async () =>
      (await tasksOf(context, executionArn)).find((each) => each.lastStatus === "STOPPED"),
    );
    await stopping;
    assert.equal(task.stopCode, "UserInitiated");
  });

  it("creates a reminder whose key belongs to a schedule that has fired, once that schedule is deleted", async () => {
    const schedule = { Name: "fired", GroupName: context.output("reminderScheduleGroupName") };
    const RoleArn = String(stack.resources.find(({ name }) => name === "reminders-role")?.outputs.arn);
    // Stays after it has fired, as a schedule on AWS does for a while.
    const expression = { ScheduleExpression: "at(2020-01-01T00:00:00)", FlexibleTimeWindow: { Mode: "OFF" as const } };
    await context.scheduler.send(new CreateScheduleCommand({ ...schedule, ...expression, Target: { Arn: context.output("reminderAliasArn"), RoleArn } }));
    const executionArn = await startExecution(context, "createReminder", { key: "fired", at: "2100-01-01T00:00:00", payload: 1 });
    await until("create-reminder waits", DEADLINE_MS, async () => (await getHistory(context, executionArn)).find((event) => event.Name === "await-deletion"));
    await context.scheduler.send(new DeleteScheduleCommand(schedule));
    const { result } = await followExecution(context, executionArn, quiet);
    const { ScheduleExpression, Arn: scheduleArn } = await context.scheduler.send(new GetScheduleCommand(schedule));
    assert.equal(ScheduleExpression, "at(2100-01-01T00:00:00)");
    assert.deepEqual(result, { scheduleArn, key: "fired", at: "2100-01-01T00:00:00", timeZone: "UTC", created: true });
  });

  it("writes its outputs, endpoint and credentials for scripts, readable by the owner alone", () => {
    const file = JSON.parse(readFileSync(join(data, "outputs.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual(Object.keys(file).sort(), ["credentials", "endpoint", "outputs", "region"]);
    assert.deepEqual(file.outputs, stack.outputs);
  });

  it("refuses a second stack on the same data folder", async () => {
    await assert.rejects(startStack({ projectFolder: PROJECT, stack: "dev", dataFolder: data, port: 0, speed: 1, onFatal: quiet }), {
      name: "UserError",
      message: /Another local stack is running/,
    });
  });
});
