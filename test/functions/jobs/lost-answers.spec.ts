import assert from "node:assert/strict";
import { JOB_WORKFLOWS, JobWorld } from "../job-world.ts";
import { awsError } from "../scripted-client.ts";

const HOUR = 3600;
const REFUSAL = { failures: [{ reason: "RESOURCE:CPU" }] };

/** The first call starts a task and its answer is lost; the calls after it get the answer given. */
function loseAnswer(jobs: JobWorld, next: (call: number) => object | undefined): void {
  const { started } = jobs.ecs;
  jobs.ecs.started = (task) => {
    started(task);
    if (jobs.ecs.tasks.length === 1) throw awsError("TimeoutError", 0);
  };
  jobs.ecs.answer = (operation, call) => (operation === "RunTask" && call > 1 ? next(call) : undefined);
}

describe("A RunTask whose answer is lost", () => {
  JobWorld.closeAfterEach();

  for (const workflow of JOB_WORKFLOWS) {
    it(`starts no second task of ${workflow}: the next call finds it`, async () => {
      const jobs = new JobWorld(workflow);
      loseAnswer(jobs, () => undefined);
      await jobs.run(HOUR);
      assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
      assert.equal(jobs.ecs.tasks.length, 1);
      assert.equal(jobs.ecs.count("RunTask"), 1);
    });

    it(`leaves one task of ${workflow}, which ListTasks does not show yet and the next call is refused`, async () => {
      const jobs = new JobWorld(workflow);
      loseAnswer(jobs, (call) => (call < 4 ? REFUSAL : undefined));
      const { answer } = jobs.ecs;
      jobs.ecs.answer = (operation, call, input) => (operation === "ListTasks" && call === 1 ? { taskArns: [] } : answer(operation, call, input));
      await jobs.run(HOUR);
      assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
      const [first, ...later] = jobs.ecs.tasks;
      if (workflow === "callback-job") {
        // Its callback is closed by then.
        assert.equal(first!.stopCode, "UserInitiated");
        assert.equal(later.length, 1);
        assert.notEqual(first!.environment["CALLBACK_ID"], later[0]!.environment["CALLBACK_ID"]);
      } else {
        assert.deepEqual(later, []);
      }
      assert.ok(jobs.ecs.tasks.every(({ environment }) => environment["JOB_ATTEMPT"] === "1"));
    });
  }

  for (const workflow of ["poll-job", "dispatch-job"] as const) {
    it(`is made good by the conflict that ECS reports to ${workflow}`, async () => {
      const jobs = new JobWorld(workflow);
      loseAnswer(jobs, () => {
        throw Object.assign(awsError("ConflictException", 400), { resourceIds: [jobs.ecs.tasks[0]!.taskArn] });
      });
      const { answer } = jobs.ecs;
      jobs.ecs.answer = (operation, call, input) => (operation === "ListTasks" ? { taskArns: [] } : answer(operation, call, input));
      await jobs.run(HOUR);
      assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
      assert.equal(jobs.ecs.tasks.length, 1);
    });
  }

  it("fails callback-job, naming the task, when the token belongs to another request", async () => {
    const jobs = new JobWorld("callback-job");
    jobs.ecs.before = (operation) => {
      if (operation === "RunTask") throw Object.assign(awsError("ConflictException", 400), { resourceIds: ["arn:another"] });
    };
    await jobs.run(HOUR);
    assert.equal(jobs.error?.ErrorType, "TaskRefused");
    assert.match(jobs.errorMessage, /arn:another/);
    assert.equal(jobs.ecs.count("RunTask"), 3);
  });

  it("stops what it has started when the callback has closed meanwhile", async () => {
    const jobs = new JobWorld("callback-job");
    loseAnswer(jobs, () => undefined);
    const { started } = jobs.ecs;
    jobs.ecs.started = (task) => {
      // RunTask has hung for longer than the callback stays open.
      if (jobs.ecs.tasks.length === 1) jobs.report(task, { kind: "fail", error: { ErrorType: "NotStarted" } });
      started(task);
    };
    await jobs.run(HOUR);
    assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
    assert.deepEqual(jobs.ecs.tasks.map(({ stopCode }) => stopCode), ["UserInitiated", "EssentialContainerExited"]);
  });
});

describe("A callback whose start is refused", () => {
  JobWorld.closeAfterEach();

  for (const diesIn of [undefined, "run-task", "close-callback", "await-capacity"]) {
    it(`is closed, and the job runs once with another${diesIn === undefined ? "" : `, though the process dies in ${diesIn}`}`, async () => {
      const jobs = new JobWorld("callback-job");
      jobs.ecs.answer = (operation, call) => (operation === "RunTask" && call === 1 ? REFUSAL : undefined);
      if (diesIn !== undefined) jobs.diesIn = diesIn;
      await jobs.run(HOUR);
      assert.equal(jobs.diesIn, undefined);
      assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
      assert.equal(jobs.ecs.tasks.length, 1);
      const used = jobs.ecs.tasks[0]!.environment["CALLBACK_ID"]!;
      assert.ok(!jobs.closed.includes(used));
    });
  }

  it("is closed by the workflow, so that it does not time out later", async () => {
    const jobs = new JobWorld("callback-job");
    jobs.ecs.answer = (operation, call) => (operation === "RunTask" && call <= 3 ? REFUSAL : undefined);
    await jobs.run(HOUR);
    assert.equal(new Set(jobs.closed).size, 3);
    assert.equal(jobs.operations("close-callback"), 3);
    assert.equal(jobs.operations("job-report"), 4);
  });
});
