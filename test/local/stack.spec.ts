import { DescribeTasksCommand, ListTasksCommand, type Task } from "@aws-sdk/client-ecs";
import * as assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { BusEvent } from "../../local/events/event.ts";
import { startStack, type RunningStack } from "../../local/stack.ts";
import { createTourContext, type TourContext } from "../../local/tour/context.ts";
import { followExecution, startExecution, until } from "../../local/tour/executions.ts";
import { childProcesses, kill } from "./processes.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const DEADLINE_MS = 30_000;
const quiet = () => undefined;

function idOf(executionArn: string): string {
  return executionArn.slice(executionArn.lastIndexOf("/") + 1);
}

/** Every task that an execution has started, running and stopped. */
async function tasksOf({ ecs, output }: TourContext, executionArn: string): Promise<Task[]> {
  const cluster = output("clusterArn");
  const lists = await Promise.all(
    (["RUNNING", "STOPPED"] as const).map((desiredStatus) => ecs.send(new ListTasksCommand({ cluster, startedBy: idOf(executionArn), desiredStatus }))),
  );
  const taskArns = lists.flatMap((list) => list.taskArns ?? []);
  if (taskArns.length === 0) return [];
  return (await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))).tasks ?? [];
}

function runningTask(context: TourContext, executionArn: string): Promise<Task> {
  return until("a task runs", DEADLINE_MS, async () => (await tasksOf(context, executionArn)).find((task) => task.lastStatus === "RUNNING"));
}

describe("The local stack", function () {
  this.timeout(90_000);

  let data: string;
  let stack: RunningStack;
  let context: TourContext;
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
    context = createTourContext(stack);
  });

  after(async () => {
    context.destroy();
    await stack.stop();
    rmSync(data, { recursive: true });
  });

  afterEach(() => {
    onEvent = quiet;
  });

  it("passes the tests for a deployed stack, by its outputs alone", async function () {
    this.timeout(120_000);
    const run = spawn(process.execPath, ["test/stack/run.ts", "--local", "--data", data], { cwd: PROJECT });
    let output = "";
    run.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    run.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => run.once("exit", resolve));
    assert.equal(code, 0, output);
    assert.match(output, /\d+ passing/);
  });

  it("fails a waiting callback-job within 5 seconds when its job's process is killed", async () => {
    const executionArn = await startExecution(context, "callbackJob", { message: "killed", processingTime: 300 });
    await runningTask(context, executionArn);
    kill(childProcesses("job.mjs"));
    const killed = Date.now();
    const execution = await followExecution(context, executionArn, quiet);
    assert.equal(execution.status, "FAILED");
    assert.equal(execution.error?.type, "JobFailed");
    assert.match(execution.error.message, /exit code 137/);
    assert.match(execution.error.message, /Essential container in task exited/);
    assert.ok(Date.now() - killed < 5_000);
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
    const { StopDurableExecutionCommand } = await import("@aws-sdk/client-lambda");
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

describe("The local stack, killed and started again", function () {
  this.timeout(90_000);

  it("goes on with every execution, and runs again only the jobs that were lost with it", async () => {
    const data = mkdtempSync(join(tmpdir(), "stack-"));
    let host = await startHost(data);
    let context = host.context;
    const waiting = await startExecution(context, "report", {});
    const lost = await startExecution(context, "callbackJob", { message: "again", processingTime: 3 });
    await runningTask(context, lost);
    await killed(host.process);
    context.destroy();

    host = await startHost(data);
    context = host.context;
    const report = await followExecution(context, waiting, quiet);
    assert.equal(report.status, "SUCCEEDED", report.error?.message);
    assert.equal(report.events.filter((event) => event.EventType === "StepSucceeded" && event.Name === "fetch").length, 1);
    const job = await followExecution(context, lost, quiet);
    assert.equal(job.status, "SUCCEEDED", job.error?.message);
    const codes = (await tasksOf(context, lost)).map((task) => task.stopCode).sort();
    assert.deepEqual(codes, ["EssentialContainerExited", "TerminationNotice"]);
    await killed(host.process);
    context.destroy();
    rmSync(data, { recursive: true });
  });

  async function startHost(data: string): Promise<{ process: ChildProcess; context: TourContext }> {
    const child = spawn(process.execPath, [join(import.meta.dirname, "stack-host.ts"), data], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve, reject) => {
      child.stdout.once("data", resolve);
      child.once("exit", () => reject(new Error("The stack ended before it was ready.")));
    });
    return { process: child, context: createTourContext(JSON.parse(readFileSync(join(data, "outputs.json"), "utf8")) as RunningStack) };
  }

  async function killed(child: ChildProcess): Promise<void> {
    const exit = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await exit;
  }
});
