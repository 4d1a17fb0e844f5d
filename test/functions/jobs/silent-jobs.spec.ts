import assert from "node:assert/strict";
import { exited, type FakeTask, interrupted } from "../fake-ecs.ts";
import { JobWorld } from "../job-world.ts";
import { awsError } from "../scripted-client.ts";

const HOUR = 3600;
const world = (change: ConstructorParameters<typeof JobWorld>[1] = {}) => new JobWorld("callback-job", { HEARTBEAT_TIMEOUT_SECONDS: 180, ...change });

/** A job that sends a heartbeat as it starts, and then hangs. */
function hang(jobs: JobWorld): void {
  const beaten = new Set<FakeTask>();
  jobs.job = (task) => {
    if (!beaten.has(task)) jobs.report(task, { kind: "heartbeat" });
    beaten.add(task);
    task.exitCode = 143;
  };
}

describe("A job that callback-job no longer hears", () => {
  JobWorld.closeAfterEach();

  // The workflow polls its start seldom by then, so that its own heartbeat comes up to a minute after the job's.
  for (const startsWithin of [1, 62, 101, 299]) {
    it(`has timed out if it hung after one heartbeat, ${startsWithin} s after its start was asked for`, async () => {
      const jobs = world();
      jobs.startsWithin = startsWithin;
      hang(jobs);
      await jobs.run(HOUR);
      assert.equal(jobs.error?.ErrorType, "JobTimedOut", JSON.stringify(jobs.error));
      assert.match(jobs.errorMessage, /No heartbeat for 180 s; the task was stopped/);
      assert.equal(jobs.ecs.tasks.length, 1);
      assert.equal(jobs.ecs.tasks[0]!.lastStatus, "STOPPED");
    });
  }

  for (const [what, exitCode] of [["exits as never heard", 75], ["is killed", 137]] as const) {
    it(`is run again if it ${what} before its first heartbeat`, async () => {
      const jobs = world();
      const well = jobs.job;
      jobs.job = (task) => {
        if (jobs.ecs.tasks.length === 1) task.exitCode = exitCode;
        else well(task);
      };
      await jobs.run(HOUR);
      assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
      assert.deepEqual(jobs.ecs.tasks.map(({ environment }) => environment["JOB_ATTEMPT"]), ["1", "2"]);
      assert.equal(jobs.ecs.tasks[0]!.lastStatus, "STOPPED");
    });
  }

  it("is run again if its task never started, until the attempts are used up", async () => {
    const jobs = world({ JOB_MAX_ATTEMPTS: 2 });
    jobs.startsWithin = Infinity;
    await jobs.run(2 * HOUR);
    assert.equal(jobs.error?.ErrorType, "JobLost");
    assert.deepEqual(jobs.ecs.tasks.map(({ stopCode }) => stopCode), ["UserInitiated", "UserInitiated"]);
  });

  it("is run again if ECS no longer knows its task", async () => {
    const jobs = world();
    const well = jobs.job;
    jobs.job = (task) => {
      if (jobs.ecs.tasks.length > 1) well(task);
    };
    const forgotten = () => jobs.ecs.count("StopTask") > 0 && jobs.ecs.tasks.length === 1;
    jobs.ecs.answer = (operation) => (operation === "DescribeTasks" && forgotten() ? { tasks: [] } : undefined);
    await jobs.run(HOUR);
    assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
    assert.equal(jobs.ecs.tasks.length, 2);
  });

  const ends: readonly [what: string, end: Partial<FakeTask>, error: string | undefined][] = [
    ["failed if its task had exited with 1", exited(1), "JobFailed"],
    ["failed if its task had exited with 0 and no report", exited(0), "JobFailed"],
    ["timed out if its task had exited with 124", exited(124), "JobTimedOut"],
    ["been lost, and is run again, if Spot had taken its task", { ...interrupted, exitCode: 143 }, undefined],
  ];
  for (const [what, end, error] of ends) {
    it(`has ${what}, and the event that says so was lost`, async () => {
      const jobs = world();
      const well = jobs.job;
      jobs.job = (task) => {
        if (jobs.ecs.tasks.length === 1) Object.assign(task, end);
        else well(task);
      };
      await jobs.run(HOUR);
      assert.equal(jobs.error?.ErrorType, error, JSON.stringify(jobs.error));
      assert.equal(jobs.ecs.tasks.length, error === undefined ? 2 : 1);
    });
  }

  it("has timed out if it runs for longer than its limit, heartbeats or not", async () => {
    const jobs = world({ JOB_TIME_LIMIT_SECONDS: 600 });
    jobs.job = (task) => {
      jobs.report(task, { kind: "heartbeat" });
      // Even if its kit says that nothing got through.
      task.exitCode = 75;
    };
    await jobs.run(HOUR);
    assert.equal(jobs.error?.ErrorType, "JobTimedOut");
    assert.match(jobs.errorMessage, /time limit of 600 s/);
  });

  it("is waited for without a heartbeat from anybody, if callbacks are throttled for a moment", async () => {
    const jobs = world();
    const engine = jobs.world.engine.reportCallback.bind(jobs.world.engine);
    jobs.world.engine.reportCallback = (callbackId, report) => {
      if (jobs.now < 60 && report.kind === "heartbeat") throw awsError("TooManyRequestsException", 429);
      engine(callbackId, report);
    };
    jobs.startsWithin = 120;
    await jobs.run(HOUR);
    assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
    assert.equal(jobs.ecs.tasks.length, 1);
  });
});
