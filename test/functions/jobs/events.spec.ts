import assert from "node:assert/strict";
import { TIME_LIMIT_EXIT_CODE } from "../../../container/kit/contract.ts";
import { JobTable } from "../../../functions/shared/job-record.ts";
import { exited, type FakeTask, interrupted } from "../fake-ecs.ts";
import { type Delivery, JobBus } from "../job-bus.ts";
import { TABLE_NAME, TestJobTable } from "../job-table.ts";
import { JOB_WORKFLOWS, JobWorld, type JobWorkflow } from "../job-world.ts";
import { taskEnvironment } from "../task-environment.ts";

const DEADLINE_SECONDS = 3 * 3600;
const RUN_SECONDS = 200;

const DELIVERIES: Readonly<Record<string, Delivery>> = {
  "at once": () => [0],
  "never": () => [],
  "minutes late": () => [420],
  "twice, the second time minutes later": () => [0, 300],
  "in the wrong order": ({ of, status }) => [of === "task" && status === "RUNNING" ? 600 : 0],
};

type End = Partial<FakeTask>;

/** A job that reports by its exit code alone. */
const TOTALS = { job: "totals", input: { rows: ["tea,3"] } };
/** What totals declares. */
const LIMIT_SECONDS = 3600;

const JOBS: readonly { readonly what: string; readonly ends: (attempt: number) => End; readonly outcome: string; readonly tasks: number }[] = [
  { what: "succeeds", ends: () => exited(0), outcome: "SUCCEEDED", tasks: 1 },
  { what: "exits with 3", ends: () => exited(3), outcome: "JobFailed", tasks: 1 },
  { what: "is reclaimed once", ends: (attempt) => (attempt === 1 ? interrupted : exited(0)), outcome: "SUCCEEDED", tasks: 2 },
];

describe("With the events of tasks and executions delivered", () => {
  JobWorld.closeAfterEach();
  const table = TestJobTable.use();

  for (const [how, delivery] of Object.entries(DELIVERIES)) {
    for (const workflow of JOB_WORKFLOWS) {
      for (const { what, ends, outcome, tasks } of JOBS) {
        it(`${how}, a job of ${workflow} that ${what} ends right`, async () => {
          const jobs = new JobWorld(workflow, {}, table.client);
          jobs.job = (task) => runUntil(jobs, task, ends(jobs.ecs.tasks.length));
          await assertEnds(jobs, delivery, outcome, tasks);
        });
      }
    }
  }

  for (const how of ["at once", "never", "twice, the second time minutes later"]) {
    for (const workflow of JOB_WORKFLOWS) {
      for (const { what, ends, outcome, tasks } of JOBS) {
        it(`${how}, a job of ${workflow} without the kit that ${what} ends right, by its exit code`, async () => {
          const jobs = new JobWorld(workflow, {}, table.client);
          jobs.input = TOTALS;
          // Without a heartbeat, for longer than the heartbeat time-out.
          jobs.job = (task) => stopAfter(jobs, task, ends(jobs.ecs.tasks.length));
          await assertEnds(jobs, DELIVERIES[how]!, outcome, tasks);
          if (outcome === "SUCCEEDED") assert.equal(await exitCodeOf(workflow, jobs), 0);
        });
      }
    }
  }

  for (const workflow of JOB_WORKFLOWS) {
    it(`a job of ${workflow} without the kit that never ends is stopped from outside, and has timed out`, async () => {
      const jobs = new JobWorld(workflow, {}, table.client);
      jobs.input = TOTALS;
      jobs.job = () => undefined;
      await assertEnds(jobs, () => [0], "JobTimedOut", 1);
      assert.ok(jobs.now > LIMIT_SECONDS);
    });
  }

  for (const how of ["at once", "never"]) {
    for (const workflow of JOB_WORKFLOWS) {
      it(`${how}, a job of ${workflow} with the kit that reaches its time limit has timed out, by its own report`, async () => {
        const jobs = new JobWorld(workflow, {}, table.client);
        const { JOB_TIME_LIMIT_SECONDS: limit } = taskEnvironment;
        jobs.job = (task) => runUntil(jobs, task, exited(TIME_LIMIT_EXIT_CODE), limit);
        await assertEnds(jobs, DELIVERIES[how]!, "JobTimedOut", 1);
        assert.ok(jobs.now > limit);
      });
    }
  }

  it("a success of callback-job without the kit, which neither event nor sweep reports, is found when the callback times out", async () => {
    const jobs = new JobWorld("callback-job");
    jobs.input = TOTALS;
    jobs.job = (task) => stopAfter(jobs, task, exited(0));
    await jobs.run(DEADLINE_SECONDS);
    assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
  });

  async function assertEnds(jobs: JobWorld, delivery: Delivery, outcome: string, tasks: number): Promise<void> {
    new JobBus(jobs, table, delivery);
    jobs.goesOn = async () => (await outcomeOf(jobs.workflow, jobs)) === undefined;
    await jobs.run(DEADLINE_SECONDS);
    assert.equal(await outcomeOf(jobs.workflow, jobs), outcome);
    assert.equal(jobs.ecs.tasks.length, tasks);
    // Whatever comes later changes nothing.
    jobs.goesOn = () => true;
    await jobs.goOn(jobs.now + 1200);
    assert.equal(await outcomeOf(jobs.workflow, jobs), outcome);
    assert.equal(jobs.ecs.tasks.length, tasks);
    assert.ok(jobs.ecs.tasks.every(({ lastStatus }) => lastStatus === "STOPPED"));
  }

  function stopAfter(jobs: JobWorld, task: FakeTask, end: End, seconds = RUN_SECONDS): void {
    if (jobs.runsSince(task) >= seconds) Object.assign(task, end, { stoppedAt: new Date(jobs.world.clock.now()) });
  }

  async function exitCodeOf(workflow: JobWorkflow, jobs: JobWorld): Promise<unknown> {
    const { Result = "{}" } = jobs.world.get(jobs.executionArn);
    const result = workflow === "dispatch-job" ? (await recordOf(jobs))?.["result"] : (JSON.parse(Result) as unknown);
    return (result as { exitCode?: unknown } | undefined)?.exitCode;
  }

  const recordOf = (jobs: JobWorld) => table.get(jobs.executionArn.slice(jobs.executionArn.lastIndexOf("/") + 1));

  /** A job with heartbeats, and the report of a success or of its time limit. */
  async function runUntil(jobs: JobWorld, task: FakeTask, end: End, seconds = RUN_SECONDS): Promise<void> {
    const over = jobs.runsSince(task) >= seconds;
    const succeeds = end.exitCode === 0;
    const timesOut = over && end.exitCode === TIME_LIMIT_EXIT_CODE;
    const { REPORT_TO: to, JOB_ID: jobId = "", JOB_ATTEMPT: attempt } = task.environment;
    if (to === "callback" && !over) jobs.report(task, { kind: "heartbeat" });
    if (to === "callback" && over && succeeds) jobs.report(task, { kind: "succeed", result: '"done"' });
    const records = new JobTable(table.client, TABLE_NAME);
    if (to === "record" && !over) await records.setRunning(jobId, Number(attempt));
    if (to === "record" && over && succeeds) await records.setSucceeded(jobId, Number(attempt), "done");
    if (to === "callback" && timesOut) jobs.report(task, { kind: "fail", error: { ErrorType: "JobTimedOut", ErrorMessage: "its limit" } });
    if (to === "record" && timesOut) await records.setFailed(jobId, Number(attempt), { errorType: "JobTimedOut", errorMessage: "its limit" });
    stopAfter(jobs, task, end, seconds);
  }

  /** @returns undefined while the job is to be run or running */
  async function outcomeOf(workflow: JobWorkflow, jobs: JobWorld): Promise<string | undefined> {
    if (workflow !== "dispatch-job") return jobs.status === "RUNNING" ? undefined : (jobs.error?.ErrorType ?? jobs.status);
    const record = await recordOf(jobs);
    if (record?.["status"] === "SUCCEEDED") return "SUCCEEDED";
    const error = record?.["error"] as { errorType: string } | undefined;
    return error?.errorType === "JobLost" ? undefined : error?.errorType;
  }
});
