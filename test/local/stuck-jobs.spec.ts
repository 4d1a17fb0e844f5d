import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startStack, type RunningStack } from "../../local/stack.ts";
import { createTourContext, type TourContext } from "../../local/tour/context.ts";
import { followExecution, startExecution, until } from "../../local/tour/executions.ts";
import { processesNaming } from "./processes.ts";
import { DEADLINE_MS, idOf, runningTask, tasksOf } from "./tasks-of.ts";

const PROJECT = resolve(import.meta.dirname, "../..");
const SPINNING = { message: "spins", processingTime: 0, spin: true };
const quiet = () => undefined;

describe("A job that blocks its event loop", function () {
  this.timeout(90_000);

  let data: string;
  let stack: RunningStack;
  let context: TourContext;

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "stuck-"));
    // Heartbeat time-outs and the work's time to clean up are a fifth.
    stack = await startStack({ projectFolder: PROJECT, stack: "dev", dataFolder: data, port: 0, speed: 5, onFatal: (error) => assert.fail(error) });
    context = createTourContext(stack);
  });

  after(async () => {
    context.destroy();
    await stack.stop();
    rmSync(data, { recursive: true });
  });

  const recordOf = async (executionArn: string) => {
    const { Item } = await context.dynamodb.send(new GetItemCommand({ TableName: context.output("jobTableName"), Key: { jobId: { S: idOf(executionArn) } } }));
    return Item && unmarshall(Item);
  };

  /** Once its work has a process: a local task that is stopped earlier dies of the signal. */
  async function stopTask({ taskArn }: Task): Promise<void> {
    await until("the work's process is there", DEADLINE_MS, async () => processesNaming(data).length > 0 || undefined);
    await context.ecs.send(new StopTaskCommand({ cluster: context.output("clusterArn"), task: taskArn, reason: "it spins" }));
  }

  async function assertTaskGone(executionArn: string): Promise<void> {
    const [task] = await until("the task has stopped", DEADLINE_MS, async () => {
      const tasks = await tasksOf(context, executionArn);
      return tasks.every(({ lastStatus }) => lastStatus === "STOPPED") ? tasks : undefined;
    });
    // 143: the supervisor ended by itself, before the stop time-out's SIGKILL.
    assert.equal(task?.containers?.[0]?.exitCode, 143);
    assert.deepEqual(processesNaming(data), []);
  }

  it("fails poll-job when its task is stopped, and leaves no process", async () => {
    const executionArn = await startExecution(context, "pollJob", SPINNING);
    await stopTask(await runningTask(context, executionArn));
    const execution = await followExecution(context, executionArn, quiet);
    assert.match(execution.error?.message ?? "", /exit code 143/);
    await assertTaskGone(executionArn);
  });

  it("fails callback-job when no heartbeat comes, and leaves no process", async () => {
    const executionArn = await startExecution(context, "callbackJob", SPINNING);
    const execution = await followExecution(context, executionArn, quiet);
    assert.equal(execution.error?.type, "JobTimedOut");
    await assertTaskGone(executionArn);
  });

  it("closes the record of dispatch-job when its task is stopped, and leaves no process", async () => {
    const executionArn = await startExecution(context, "dispatchJob", SPINNING);
    await until("the record is RUNNING", DEADLINE_MS, async () => (await recordOf(executionArn))?.["status"] === "RUNNING" || undefined);
    await stopTask(await runningTask(context, executionArn));
    await assertTaskGone(executionArn);
    assert.equal(((await recordOf(executionArn))?.["error"] as { errorType: string }).errorType, "JobTerminated");
  });
});
