import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunningStack } from "../../local/stack.ts";
import { prepareProgram } from "../local/conformance/stack.ts";
import { killHost, startHost } from "../local/host.ts";
import { Botocore } from "./botocore.ts";
import { Executions } from "./executions.ts";

describe("A stack that is killed with SIGKILL and started again", () => {
  let folder: string;
  let data: string;
  let projectFolder: string;
  let host: ChildProcess;
  let botocore: Botocore;
  let executions: Executions;

  async function start(): Promise<void> {
    host = await startHost(data, projectFolder);
    botocore = new Botocore(JSON.parse(readFileSync(join(data, "outputs.json"), "utf8")) as RunningStack);
    executions = new Executions(botocore, folder);
  }

  async function kill(): Promise<void> {
    botocore.close();
    await killHost(host);
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "aws-"));
    data = join(folder, "data");
    projectFolder = await prepareProgram(folder);
    await start();
  });

  after(async () => {
    await kill();
    rmSync(folder, { recursive: true });
  });

  it("while an execution pauses has it paused, and resumes it with the step that was cut off", async () => {
    const { arn, finish } = await executions.pausing();
    assert.equal((await executions.get(arn))["Status"], "PAUSING");
    await kill();
    await start();
    assert.equal((await executions.get(arn))["Status"], "PAUSED");
    finish();
    await botocore.call("ResumeDurableExecution", { DurableExecutionArn: arn });
    await executions.untilStatus(arn, "SUCCEEDED");
  });

  it("while an execution is paused has it paused still, ends its wait, and resumes it", async () => {
    const arn = await executions.start("workflow", { case: "wait" });
    await executions.until(arn, "InvocationCompleted");
    await botocore.call("PauseDurableExecution", { DurableExecutionArn: arn, Reason: "maintenance" });
    await kill();
    await start();
    await executions.until(arn, "WaitSucceeded");
    const { Status, PauseDetails } = await executions.get(arn);
    assert.equal(Status, "PAUSED");
    assert.partialDeepStrictEqual(PauseDetails, { Reason: "maintenance" });
    await botocore.call("ResumeDurableExecution", { DurableExecutionArn: arn });
    await executions.untilStatus(arn, "SUCCEEDED");
    assert.deepEqual(await executions.eventTypes(arn), [
      "ExecutionStarted", "WaitStarted", "InvocationCompleted", "ExecutionPaused", "WaitSucceeded", "ExecutionResumed", "InvocationCompleted", "ExecutionSucceeded",
    ]);
  });

  it("while an execution is deleted has deleted it", async () => {
    const arn = await executions.reach("SUCCEEDED");
    await botocore.call("DeleteDurableExecution", { DurableExecutionArn: arn });
    await kill();
    await start();
    await executions.untilStatus(arn, undefined);
  });
});
