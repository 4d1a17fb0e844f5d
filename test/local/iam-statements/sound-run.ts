import assert from "node:assert/strict";
import { CRASHING_JOB, JOB, LONG_JOB } from "./functions.ts";
import { TOTALS } from "./jobs.ts";
import type { Workflows } from "./workflows.ts";

/** Every way through the workflows for which a role needs something. */
export async function runEverything(workflows: Workflows): Promise<void> {
  const succeeds = async (...start: Parameters<Workflows["run"]>) => {
    const execution = await workflows.run(...start);
    assert.equal(execution.status, "SUCCEEDED", execution.error);
    return execution;
  };
  const fails = async (...start: Parameters<Workflows["run"]>) => assert.equal((await workflows.run(...start)).status, "FAILED");
  const dispatchAgain = async () => {
    const { executionArn } = await succeeds("dispatch-job", CRASHING_JOB);
    await workflows.task(executionArn, "STOPPED");
    const jobId = executionArn.slice(executionArn.lastIndexOf("/") + 1);
    await workflows.recordClosed(jobId);
    await succeeds("dispatch-job", { retryOf: jobId });
  };
  const remindTwice = async () => {
    const reminder = { key: "twice", at: "2100-01-01T00:00:00", payload: 1 };
    await succeeds("create-reminder", reminder);
    await succeeds("create-reminder", reminder);
  };
  const stopWhileItRuns = async () => {
    const executionArn = await workflows.start("callback-job", LONG_JOB);
    await workflows.task(executionArn, "RUNNING");
    await workflows.stop(executionArn);
    await workflows.task(executionArn, "STOPPED");
  };
  const stopWhileItDispatches = async () => {
    const executionArn = await workflows.start("dispatch-job", JOB);
    await workflows.stop(executionArn);
    await workflows.recordClosed(executionArn.slice(executionArn.lastIndexOf("/") + 1));
  };
  await Promise.all([
    succeeds("math", {}),
    succeeds("report", {}),
    succeeds("poll-job", JOB),
    succeeds("poll-job", TOTALS),
    fails("poll-job", {}),
    succeeds("callback-job", JOB),
    fails("callback-job", CRASHING_JOB),
    dispatchAgain(),
    remindTwice(),
    stopWhileItRuns(),
    stopWhileItDispatches(),
  ]);
}
