import * as assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunningStack } from "../../local/stack.ts";
import { createStackContext, type StackContext } from "../../operator/stack-context.ts";
import { followExecution, startExecution } from "../../operator/follow.ts";
import { killHost, startHost } from "./host.ts";
import { runningTask, tasksOf } from "./tasks-of.ts";

const quiet = () => undefined;

function connect(data: string): StackContext {
  return createStackContext(JSON.parse(readFileSync(join(data, "outputs.json"), "utf8")) as RunningStack);
}

describe("The local stack, killed and started again", function () {
  this.timeout(90_000);

  it("goes on with every execution, and runs again only the jobs that were lost with it", async () => {
    const data = mkdtempSync(join(tmpdir(), "stack-"));
    let host = await startHost(data);
    let context = connect(data);
    const waiting = await startExecution(context, "report", {});
    const lost = await startExecution(context, "callbackJob", { message: "again", processingTime: 3 });
    await runningTask(context, lost);
    await killHost(host);
    context.destroy();

    host = await startHost(data);
    context = connect(data);
    const report = await followExecution(context, waiting, quiet);
    assert.equal(report.status, "SUCCEEDED", report.error?.message);
    assert.equal(report.events.filter((event) => event.EventType === "StepSucceeded" && event.Name === "fetch").length, 1);
    const job = await followExecution(context, lost, quiet);
    assert.equal(job.status, "SUCCEEDED", job.error?.message);
    const codes = (await tasksOf(context, lost)).map((task) => task.stopCode).sort();
    assert.deepEqual(codes, ["EssentialContainerExited", "TerminationNotice"]);
    await killHost(host);
    context.destroy();
    rmSync(data, { recursive: true });
  });
});
