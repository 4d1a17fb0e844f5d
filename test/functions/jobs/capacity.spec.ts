import assert from "node:assert/strict";
import { interrupted, notPlaced } from "../fake-ecs.ts";
import { JOB_WORKFLOWS, JobWorld } from "../job-world.ts";
import { awsError } from "../scripted-client.ts";

const REFUSAL = { tasks: [], failures: [{ reason: "Capacity is unavailable at this time. Please try again later or in a different availability zone" }] };
const HOUR = 3600;

/** Refuses RunTask until a time. */
function refuseUntil(jobs: JobWorld, seconds: number): void {
  jobs.ecs.answer = (operation) => (operation === "RunTask" && jobs.now < seconds ? REFUSAL : undefined);
}

describe("Without capacity", () => {
  JobWorld.closeAfterEach();

  for (const workflow of JOB_WORKFLOWS) {
    for (const minutes of [1, 2, 4, 8]) {
      it(`${workflow} succeeds with one attempt after ${minutes} minutes in which RunTask is refused`, async () => {
        const jobs = new JobWorld(workflow);
        refuseUntil(jobs, minutes * 60);
        await jobs.run(HOUR);
        assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
        assert.equal(jobs.ecs.tasks.length, 1);
        assert.equal(jobs.ecs.tasks[0]!.environment["JOB_ATTEMPT"], "1");
        assert.ok(jobs.ecs.count("RunTask") > 1);
      });
    }

    it(`${workflow} survives a RunTask that is throttled, and one that fails inside ECS, for eight minutes`, async () => {
      for (const error of [awsError("ThrottlingException", 400), awsError("ServerException", 500)]) {
        const jobs = new JobWorld(workflow);
        jobs.ecs.before = (operation) => {
          if (operation === "RunTask" && jobs.now < 480) throw error;
        };
        await jobs.run(HOUR);
        assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
        assert.equal(jobs.ecs.tasks.length, 1);
      }
    });

    for (const minutes of [1, 2, 4, 8]) {
      it(`${workflow} succeeds with one attempt after ${minutes} minutes in which DescribeTasks is throttled`, async () => {
        const jobs = new JobWorld(workflow);
        jobs.ecs.before = (operation) => {
          if (operation === "DescribeTasks" && jobs.now < minutes * 60) throw awsError("ThrottlingException", 400);
        };
        jobs.startsWithin = 90;
        await jobs.run(HOUR);
        assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
        assert.equal(jobs.ecs.tasks.length, 1);
      });
    }

    it(`${workflow} fails as CapacityUnavailable, with the reason, when that lasts for longer than the setting`, async () => {
      const jobs = new JobWorld(workflow, { JOB_CAPACITY_WAIT_SECONDS: 900 });
      refuseUntil(jobs, Infinity);
      await jobs.run(HOUR);
      assert.equal(jobs.error?.ErrorType, "CapacityUnavailable");
      assert.match(jobs.errorMessage, /within 900 s \(jobCapacityWaitSeconds\): Capacity is unavailable at this time/);
      assert.ok(jobs.now >= 900 && jobs.now < 1000, `${jobs.now} s`);
      assert.equal(jobs.ecs.tasks.length, 0);
    });

    it(`${workflow} fails at the first refusal when the setting is 0`, async () => {
      const jobs = new JobWorld(workflow, { JOB_CAPACITY_WAIT_SECONDS: 0 });
      refuseUntil(jobs, Infinity);
      await jobs.run(HOUR);
      assert.equal(jobs.error?.ErrorType, "CapacityUnavailable");
      assert.equal(jobs.ecs.count("RunTask"), 1);
    });
  }

  for (const workflow of ["poll-job", "callback-job"] as const) {
    it(`${workflow} does not count the time for which a task ran as a wait for capacity`, async () => {
      const jobs = new JobWorld(workflow, { JOB_CAPACITY_WAIT_SECONDS: 120 });
      let lostAt = Infinity;
      jobs.job = (task) => {
        if (jobs.ecs.tasks.length > 1 || jobs.runsSince(task) < 600) {
          jobs.runFor(task, jobs.ecs.tasks.length > 1 ? 30 : Infinity);
          return;
        }
        Object.assign(task, interrupted);
        lostAt = jobs.now;
        if (workflow === "callback-job") jobs.report(task, { kind: "fail", error: { ErrorType: "JobLost", ErrorMessage: "Spot" } });
      };
      jobs.ecs.answer = (operation) => (operation === "RunTask" && (jobs.now < 30 || (jobs.now >= lostAt && jobs.now < lostAt + 60)) ? REFUSAL : undefined);
      await jobs.run(HOUR);
      assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
      assert.deepEqual(jobs.ecs.tasks.map(({ environment }) => environment["JOB_ATTEMPT"]), ["1", "2"]);
    });

    it(`${workflow} waits, without using up an attempt, when ECS accepts the task and cannot place it`, async () => {
      const jobs = new JobWorld(workflow, { JOB_MAX_ATTEMPTS: 1 });
      const placed = jobs.job;
      jobs.startsWithin = 0;
      jobs.job = (task) => {
        if (jobs.ecs.tasks.length > 2) {
          placed(task);
          return;
        }
        Object.assign(task, notPlaced);
        if (workflow === "callback-job") jobs.report(task, { kind: "fail", error: { ErrorType: "JobLost", ErrorMessage: "not placed" } });
      };
      await jobs.run(HOUR);
      assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
      assert.deepEqual(jobs.ecs.tasks.map(({ environment }) => environment["JOB_ATTEMPT"]), ["1", "1", "1"]);
      assert.equal(jobs.operations("plan-pause"), 2);
    });

    it(`${workflow} loses the job to a platform that fails to place its task every time`, async () => {
      const jobs = new JobWorld(workflow, { JOB_MAX_ATTEMPTS: 1 });
      jobs.startsWithin = 0;
      jobs.job = (task) => {
        Object.assign(task, notPlaced);
        if (workflow === "callback-job") jobs.report(task, { kind: "fail", error: { ErrorType: "JobLost", ErrorMessage: "not placed" } });
      };
      await jobs.run(HOUR);
      assert.equal(jobs.error?.ErrorType, "JobLost");
      assert.equal(jobs.ecs.tasks.length, 6);
    });
  }
});
