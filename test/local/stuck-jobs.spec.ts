import { StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import * as assert from "node:assert/strict";
import { followExecution, startExecution, until } from "../../operator/follow.ts";
import { processesNaming } from "./processes.ts";
import { DEADLINE_MS, idOf, runningTask, tasksOf } from "./tasks-of.ts";
import { UsedStack } from "./use-stack.ts";

const SPINNING = { message: "spins", processingTime: 0, spin: true };
const quiet = () => undefined;

describe("A job that blocks its event loop", function () {
  this.timeout(90_000);

  // Heartbeat time-outs and the work's time to clean up are a fifth.
  const used = UsedStack.use({ speed: 5 });

  const recordOf = (executionArn: string) => used.record(idOf(executionArn));

  /** Once its work has a process: a local task that is stopped earlier dies of the signal. */
  async function stopTask({ taskArn }: Task): Promise<void> {
    await until("the work's process is there", DEADLINE_MS, async () => processesNaming(used.data).length > 0 || undefined);
    await used.context.ecs.send(new StopTaskCommand({ cluster: used.context.output("clusterArn"), task: taskArn, reason: "it spins" }));
  }

  async function assertTaskGone(executionArn: string): Promise<void> {
    const [task] = await until("the task has stopped", DEADLINE_MS, async () => {
      const tasks = await tasksOf(used.context, executionArn);
      return tasks.every(({ lastStatus }) => lastStatus === "STOPPED") ? tasks : undefined;
    });
    // 143: the supervisor ended by itself, before the stop time-out's SIGKILL.
    assert.equal(task?.containers?.[0]?.exitCode, 143);
    assert.deepEqual(processesNaming(used.data), []);
  }

  it("fails poll-job when its task is stopped, and leaves no process", async () => {
    const executionArn = await startExecution(used.context, "pollJob", SPINNING);
    await stopTask(await runningTask(used.context, executionArn));
    const execution = await followExecution(used.context, executionArn, quiet);
    assert.match(execution.error?.message ?? "", /exit code 143/);
    await assertTaskGone(executionArn);
  });

  it("fails callback-job when no heartbeat comes, and leaves no process", async () => {
    const executionArn = await startExecution(used.context, "callbackJob", SPINNING);
    const execution = await followExecution(used.context, executionArn, quiet);
    assert.equal(execution.error?.type, "JobTimedOut");
    await assertTaskGone(executionArn);
  });

  it("closes the record of dispatch-job when its task is stopped, and leaves no process", async () => {
    const executionArn = await startExecution(used.context, "dispatchJob", SPINNING);
    await until("the record is RUNNING", DEADLINE_MS, async () => (await recordOf(executionArn))?.["status"] === "RUNNING" || undefined);
    await stopTask(await runningTask(used.context, executionArn));
    await assertTaskGone(executionArn);
    assert.equal(((await recordOf(executionArn))?.["error"] as { errorType: string }).errorType, "JobTerminated");
  });
});
