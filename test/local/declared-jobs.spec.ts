import { StopTaskCommand } from "@aws-sdk/client-ecs";
import * as assert from "node:assert/strict";
import { followExecution, startExecution, until } from "../../local/tour/executions.ts";
import { DEADLINE_MS, idOf, runningTask, tasksOf } from "./tasks-of.ts";
import { UsedStack } from "./use-stack.ts";

const quiet = () => undefined;
const rows = ["tea,3", "coffee,2", "tea,4.5"];
const request = (pause: number, lines = rows) => ({ job: "totals", input: { rows: lines, pause } });

describe("The job totals, a script without the kit, in the local stack", function () {
  this.timeout(90_000);
  const used = UsedStack.use({ speed: 5 });
  const run = (workflow: "pollJob" | "callbackJob" | "dispatchJob", input: unknown) => startExecution(used.context, workflow, input);
  const end = (executionArn: string) => followExecution(used.context, executionArn, quiet);

  it("is said to run without its base image and its RUN", () => {
    const notes = used.stack.startNotes.join("\n");
    assert.match(notes, /without their base images: .*alpine:3\.22/);
    assert.match(notes, /container\/totals\/Dockerfile:2: RUN adduser -D -H job/);
  });

  it("succeeds in poll-job by its exit code, in a task of its own size", async () => {
    const executionArn = await run("pollJob", request(0));
    const { status, result } = await end(executionArn);
    assert.equal(status, "SUCCEEDED");
    assert.equal((result as { exitCode: number }).exitCode, 0);
    const [task] = await tasksOf(used.context, executionArn);
    assert.deepEqual([task?.cpu, task?.memory], ["512", "1024"]);
  });

  it("fails in poll-job with the exit code of its script", async () => {
    const { status, error } = await end(await run("pollJob", request(0, ["tea"])));
    assert.equal(status, "FAILED");
    assert.match(`${error?.type ?? ""}: ${error?.message ?? ""}`, /^JobFailed: .*exit code 65/);
  });

  it("fails in poll-job when its task is stopped, on SIGTERM and at once", async () => {
    const executionArn = await run("pollJob", request(3600));
    const { taskArn } = await runningTask(used.context, executionArn);
    await used.context.ecs.send(new StopTaskCommand({ cluster: used.context.output("clusterArn"), task: taskArn, reason: "changed my mind" }));
    const { error } = await end(executionArn);
    assert.match(error?.message ?? "", /exit code 143.*changed my mind/);
  });

  it("succeeds and fails in callback-job by its exit code", async () => {
    const { status, result } = await end(await run("callbackJob", request(0)));
    assert.deepEqual([status, result], ["SUCCEEDED", { exitCode: 0 }]);
    const { error } = await end(await run("callbackJob", request(0, ["tea"])));
    assert.match(`${error?.type ?? ""}: ${error?.message ?? ""}`, /^JobFailed: .*exit code 65/);
  });

  it("closes its record by its exit code", async () => {
    const statusOf = async (input: unknown, wanted: string) => {
      const executionArn = await run("dispatchJob", input);
      return until(`the record is ${wanted}`, DEADLINE_MS, async () => {
        const record = await used.record(idOf(executionArn));
        return record?.["status"] === wanted ? record : undefined;
      });
    };
    const succeeded = await statusOf(request(0), "SUCCEEDED");
    assert.deepEqual([succeeded["job"], succeeded["result"]], ["totals", { exitCode: 0 }]);
    const failed = await statusOf(request(0, ["tea"]), "FAILED");
    assert.equal((failed["error"] as { exitCode: number }).exitCode, 65);
  });
});
