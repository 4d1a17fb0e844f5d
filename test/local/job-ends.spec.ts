import { StopTaskCommand } from "@aws-sdk/client-ecs";
import { StopDurableExecutionCommand } from "@aws-sdk/client-lambda";
import * as assert from "node:assert/strict";
import { requestLocal } from "../../cli/client/local-api.ts";
import { followExecution, startExecution, until } from "../../operator/follow.ts";
import { processesNaming } from "./processes.ts";
import { DEADLINE_MS, idOf, runningTask, tasksOf } from "./tasks-of.ts";
import { UsedStack } from "./use-stack.ts";

const WORKFLOWS = ["pollJob", "callbackJob", "dispatchJob"] as const;
type Workflow = (typeof WORKFLOWS)[number];

/** How a job ended, as the workflow reports it: by its execution, or by the record of a dispatched job. */
interface Outcome {
  readonly status: string;
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string };
}

interface ShippedJob {
  /** CPU units and MiB of its task. */
  readonly size: readonly [string, string];
  /** An input that takes a second or two. */
  readonly short: object;
  /** An input that takes long enough to be stopped. */
  readonly long: object;
  readonly failing: object;
  readonly exitCode: number;
  /** A part of its result in callback-job and in its record. */
  readonly result: object;
  /** What its record says when its task was stopped. */
  readonly terminated: string;
}

const rows = ["tea,3", "coffee,2", "tea,4.5"];
const JOBS: Readonly<Record<string, ShippedJob>> = {
  sample: {
    size: ["256", "512"],
    short: { message: "hello", processingTime: 2 },
    long: { message: "hello", processingTime: 3600 },
    failing: { message: "hello", processingTime: 0, fail: { exitCode: 3 } },
    exitCode: 3,
    result: { message: "hello" },
    terminated: "JobTerminated",
  },
  totals: {
    size: ["512", "1024"],
    short: { rows, pause: 1 },
    long: { rows, pause: 3600 },
    failing: { rows: ["tea"] },
    exitCode: 65,
    result: { exitCode: 0 },
    terminated: "JobFailed",
  },
};

describe("Each shipped job through each job workflow, in the local stack", function () {
  this.timeout(90_000);
  const used = UsedStack.use({ speed: 5 });

  const start = (workflow: Workflow, job: string, input: object) => startExecution(used.context, workflow, { job, input });

  /** @param attempt of which a dispatched job's record is read: the record of an interrupted one is closed and opened again */
  async function outcomeOf(workflow: Workflow, executionArn: string, attempt = 1): Promise<Outcome> {
    const { status, result, error } = await followExecution(used.context, executionArn, () => undefined);
    if (workflow !== "dispatchJob") return { status, result, ...(error && { error }) };
    const record = await until("the job's record is closed", DEADLINE_MS, async () => {
      const found = await used.record(idOf(executionArn));
      return found?.["attempt"] === attempt && (found["status"] === "SUCCEEDED" || found["status"] === "FAILED") ? found : undefined;
    });
    const { errorType: type = "", errorMessage: message = "" } = (record["error"] ?? {}) as { errorType?: string; errorMessage?: string };
    return { status: String(record["status"]), result: record["result"], error: { type, message } };
  }

  const stopped = (executionArn: string) =>
    until("its tasks have stopped", DEADLINE_MS, async () => {
      const tasks = await tasksOf(used.context, executionArn);
      return tasks.every(({ lastStatus }) => lastStatus === "STOPPED") ? tasks : undefined;
    });

  function assertSucceeded(workflow: Workflow, { result }: ShippedJob, outcome: Outcome, attempts: number): void {
    assert.equal(outcome.status, "SUCCEEDED", JSON.stringify(outcome));
    assert.partialDeepStrictEqual(outcome.result, workflow === "pollJob" ? { exitCode: 0, attempts } : result);
  }

  it("is said to run without its base image and its RUN, if it has them", () => {
    const notes = used.stack.startNotes.join("\n");
    assert.match(notes, /without their base images: .*alpine:3\.22/);
    assert.match(notes, /container\/totals\/Dockerfile:2: RUN adduser -D -H job/);
  });

  for (const [name, job] of Object.entries(JOBS)) {
    for (const workflow of WORKFLOWS) {
      it(`${name} succeeds in ${workflow}`, async () => {
        const executionArn = await start(workflow, name, job.short);
        assertSucceeded(workflow, job, await outcomeOf(workflow, executionArn), 1);
        assert.deepEqual((await tasksOf(used.context, executionArn)).map(({ cpu, memory }) => [cpu, memory]), [job.size]);
      });

      it(`${name} fails in ${workflow} with the exit code of its process`, async () => {
        const { status, error } = await outcomeOf(workflow, await start(workflow, name, job.failing));
        assert.deepEqual([status, error?.type], ["FAILED", "JobFailed"]);
        assert.match(error?.message ?? "", new RegExp(`exit code ${job.exitCode}\\b`));
      });

      it(`${name} is interrupted on Spot, and succeeds in ${workflow} at its second attempt`, async () => {
        const executionArn = await start(workflow, name, job.short);
        const { taskArn } = await runningTask(used.context, executionArn);
        await requestLocal(used.stack, "InterruptTask", { TaskArn: taskArn });
        assertSucceeded(workflow, job, await outcomeOf(workflow, executionArn, 2), 2);
        const first = (await stopped(executionArn)).find((task) => task.taskArn === taskArn);
        assert.deepEqual([first?.stopCode, first?.stoppedReason], ["SpotInterruption", "Your Spot Task was interrupted."]);
      });

      it(`${name} fails in ${workflow} when somebody stops its task`, async () => {
        const executionArn = await start(workflow, name, job.long);
        const { taskArn: task = "" } = await runningTask(used.context, executionArn);
        await until("its work has a process", DEADLINE_MS, async () => processesNaming(idOf(task)).length > 0 || undefined);
        await used.context.ecs.send(new StopTaskCommand({ cluster: used.context.output("clusterArn"), task, reason: "changed my mind" }));
        const { status, error } = await outcomeOf(workflow, executionArn);
        assert.deepEqual([status, error?.type], ["FAILED", workflow === "dispatchJob" ? job.terminated : "JobFailed"]);
        if (error?.type === "JobFailed") assert.match(error.message, /exit code 143.*changed my mind/);
        assert.equal((await tasksOf(used.context, executionArn)).length, 1, "it isn't run again");
      });

      it(`${name}: ${workflow === "dispatchJob" ? "a stop of dispatchJob, which has returned, leaves the task alone" : `a stop of ${workflow} stops the task`}`, async () => {
        const dispatched = workflow === "dispatchJob";
        const executionArn = await start(workflow, name, dispatched ? job.short : job.long);
        await runningTask(used.context, executionArn);
        if (dispatched) await followExecution(used.context, executionArn, () => undefined);
        await used.context.lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn: executionArn }));
        const outcome = await outcomeOf(workflow, executionArn);
        if (dispatched) assertSucceeded(workflow, job, outcome, 1);
        else assert.equal(outcome.status, "STOPPED");
        const [task, ...others] = await stopped(executionArn);
        assert.deepEqual(others, []);
        if (dispatched) assert.equal(task?.stopCode, "EssentialContainerExited");
        // A heartbeat may reach the closed callback before the watchdog reaches the task; the job then ends by itself.
        else if (task?.stopCode !== "UserInitiated") assert.deepEqual([name, workflow, task?.stopCode], ["sample", "callbackJob", "EssentialContainerExited"]);
        else assert.equal(task.stoppedReason, "Execution ended: STOPPED");
      });
    }
  }

  // At this speed, the hour that totals declares takes 3.6 s. Its own `sleep` is real. For dispatch-job the sweep enforces the
  // limit by the wall clock: test/functions/jobs/events.spec.ts.
  for (const workflow of ["pollJob", "callbackJob"] as const) {
    it(`totals is stopped at its time limit by ${workflow}`, async () => {
      await requestLocal(used.stack, "SetSpeed", { Speed: 1000 });
      const executionArn = await start(workflow, "totals", JOBS["totals"]!.long);
      const { error } = await outcomeOf(workflow, executionArn);
      assert.equal(error?.type, "JobTimedOut", error?.message);
      const [task, ...others] = await stopped(executionArn);
      assert.deepEqual([task?.stopCode, task?.stoppedReason, others], ["UserInitiated", `${workflow === "pollJob" ? "poll" : "callback"}-job gave up`, []]);
      assert.deepEqual(processesNaming(idOf(task?.taskArn ?? "")), []);
    });
  }
});
