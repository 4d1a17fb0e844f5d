import "../environment.ts";
import assert from "node:assert/strict";
import { createHandler, type PollJobResult } from "../../../functions/poll-job/handler.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";
import { exited, FakeEcs, interrupted } from "../fake-ecs.ts";
import { awsError } from "../scripted-client.ts";
import { taskEnvironment } from "../task-environment.ts";

const environment = { ...taskEnvironment, JOB_MAX_ATTEMPTS: 3 };
const input = { message: "hello", processingTime: 5 };
const handlerFor = (ecs: FakeEcs, change: Partial<typeof environment> = {}) =>
  createHandler({ ecs: ecs.client, environment: { ...environment, ...change } });

describe("poll-job", () => {
  useDurableRunner({ skipTime: true });

  it("runs one task and answers with how it ended", async () => {
    const ecs = new FakeEcs(() => exited(0));
    const execution = await execute<PollJobResult>(handlerFor(ecs), input);
    assert.deepEqual(execution.getResult(), {
      taskArn: ecs.tasks[0]!.taskArn,
      exitCode: 0,
      startedAt: "2026-01-01T00:00:00.000Z",
      stoppedAt: "2026-01-01T00:01:00.000Z",
      attempts: 1,
    });
    assert.equal(ecs.tasks.length, 1);
  });

  it("hands the job, the attempt and its execution to the task", async () => {
    const ecs = new FakeEcs(() => exited(0));
    await execute(handlerFor(ecs), input);
    const [task] = ecs.tasks;
    const { JOB_INPUT: job, EXECUTION_ARN: executionArn, END_CALLBACK_ID: endCallbackId, ...rest } = task!.environment;
    assert.deepEqual(JSON.parse(job!), input);
    assert.ok(endCallbackId !== undefined && endCallbackId !== "");
    assert.deepEqual(rest, { JOB_NAME: "sample", JOB_REPORTS: "kit", JOB_ATTEMPT: "1", JOB_TIME_LIMIT_SECONDS: "3600", REPORT_TO: "exit" });
    assert.equal(executionArn!.split("/").at(-1), task!.startedBy);
    assert.deepEqual(ecs.calls[0]!.input["capacityProviderStrategy"], [{ capacityProvider: "FARGATE_SPOT", weight: 1 }]);
    assert.equal(ecs.calls[0]!.input["propagateTags"], "TASK_DEFINITION");
  });

  it("keeps polling while the task runs", async () => {
    const ecs = new FakeEcs();
    ecs.before = (operation, call) => {
      if (operation === "DescribeTasks" && call === 4) Object.assign(ecs.tasks[0]!, exited(0));
    };
    const execution = await execute(handlerFor(ecs), input);
    assert.equal(execution.getStatus(), "SUCCEEDED");
    assert.equal(ecs.count("DescribeTasks"), 4);
  });

  it("fails the execution when the job fails by itself, naming exit code and stop reason, and does not run it again", async () => {
    const ecs = new FakeEcs(() => exited(3));
    const message = assertFailed(await execute(handlerFor(ecs), input), "JobFailed");
    assert.match(message, /exit code 3/);
    assert.match(message, /Essential container in task exited/);
    assert.equal(ecs.tasks.length, 1);
  });

  it("runs a job that the platform took away again", async () => {
    const ecs = new FakeEcs((task) => (task === 1 ? interrupted : exited(0)));
    const execution = await execute<PollJobResult>(handlerFor(ecs), input);
    assert.equal(execution.getResult()?.attempts, 2);
    assert.deepEqual(ecs.tasks.map((task) => task.environment["JOB_ATTEMPT"]), ["1", "2"]);
  });

  it("gives up on a job that the platform takes away every time", async () => {
    const ecs = new FakeEcs(() => interrupted);
    const message = assertFailed(await execute(handlerFor(ecs), input), "JobLost");
    assert.match(message, /SpotInterruption/);
    assert.match(message, /3 of 3 attempts/);
    assert.equal(ecs.tasks.length, 3);
  });

  it("stops the task when its time limit is over", async () => {
    const ecs = new FakeEcs();
    const short = handlerFor(ecs, { JOB_TIME_LIMIT_SECONDS: 60 });
    const message = assertFailed(await execute(short, input), "JobTimedOut");
    assert.match(message, /60 s/);
    assert.equal(ecs.tasks[0]!.lastStatus, "STOPPED");
  });

  it("stops the task when it may no longer look at it", async () => {
    const ecs = new FakeEcs();
    ecs.before = (operation) => {
      if (operation === "DescribeTasks") throw awsError("AccessDeniedException", 400);
    };
    assertFailed(await execute(handlerFor(ecs), input), "AccessDeniedException");
    assert.equal(ecs.count("DescribeTasks"), 1);
    assert.equal(ecs.tasks[0]!.lastStatus, "STOPPED");
  });

  it("says why it gave up even if the task cannot be stopped", async () => {
    const ecs = new FakeEcs();
    ecs.before = (operation) => {
      if (operation === "DescribeTasks") throw awsError("InvalidParameterException", 400, "first");
      if (operation === "StopTask") throw awsError("AccessDeniedException", 400, "second");
    };
    assert.equal(assertFailed(await execute(handlerFor(ecs), input), "InvalidParameterException"), "first");
  });

  it("is patient with a new task that ECS does not know yet, and with a short outage", async () => {
    const ecs = new FakeEcs(() => exited(0));
    const hidden = ecs.tasks;
    ecs.before = (operation, call) => {
      if (operation !== "DescribeTasks") return;
      if (call === 1) throw awsError("ServerException", 500);
      // Out of sight for two polls.
      if (call === 2) taskOut = hidden.splice(0);
      if (call === 4) hidden.push(...taskOut);
    };
    let taskOut: typeof hidden = [];
    const execution = await execute(handlerFor(ecs), input);
    assert.equal(execution.getStatus(), "SUCCEEDED");
    assert.equal(ecs.count("DescribeTasks"), 4);
  });

  it("is not patient for ever with a task that ECS does not know", async () => {
    const ecs = new FakeEcs();
    ecs.started = () => ecs.tasks.splice(0);
    assertFailed(await execute(handlerFor(ecs), input), "JobLost");
    assert.equal(ecs.count("DescribeTasks"), 6);
    assert.equal(ecs.count("StopTask"), 1);
  });

  it("does not run a job again whose end it has missed", async () => {
    const ecs = new FakeEcs();
    ecs.before = (operation, call) => {
      if (operation === "DescribeTasks" && call === 2) ecs.tasks.splice(0);
    };
    assertFailed(await execute(handlerFor(ecs), input), "JobLost");
    assert.equal(ecs.count("RunTask"), 1);
  });

  it("retries a throttled RunTask", async () => {
    const ecs = new FakeEcs(() => exited(0));
    ecs.before = (operation, call) => {
      if (operation === "RunTask" && call <= 2) throw awsError("ThrottlingException", 400);
    };
    const execution = await execute(handlerFor(ecs), input);
    assert.equal(execution.getStatus(), "SUCCEEDED");
    assert.equal(ecs.count("RunTask"), 3);
  });

  it("does not start a second task when RunTask's answer was lost", async () => {
    const ecs = new FakeEcs(() => exited(0));
    ecs.started = () => {
      throw awsError("ServerException", 500);
    };
    const execution = await execute(handlerFor(ecs), input);
    assert.equal(execution.getStatus(), "SUCCEEDED");
    assert.equal(ecs.count("RunTask"), 2);
    assert.equal(ecs.tasks.length, 1);
  });

  it("runs two tasks for two executions with equal input", async () => {
    const ecs = new FakeEcs(() => exited(0));
    await execute(handlerFor(ecs), input);
    await execute(handlerFor(ecs), input);
    assert.equal(ecs.tasks.length, 2);
  });

  for (const name of ["AccessDeniedException", "InvalidParameterException"]) {
    it(`does not retry RunTask after ${name}`, async () => {
      const ecs = new FakeEcs();
      ecs.before = () => {
        throw awsError(name, 400);
      };
      assertFailed(await execute(handlerFor(ecs), input), name);
      assert.equal(ecs.count("RunTask"), 1);
    });
  }

  it("fails on bad input without a step, naming every wrong field", async () => {
    const ecs = new FakeEcs();
    const execution = await execute(handlerFor(ecs), { message: "", processingTime: 3601, colour: "red", fail: { exitCode: 0 } });
    const message = assertFailed(execution, "InvalidInput");
    for (const path of ["message: ", "processingTime: ", "fail.exitCode: ", "colour: "]) assert.ok(message.includes(path), `${path} in ${message}`);
    assert.equal(ecs.calls.length, 0);
    assert.equal(execution.getInvocations().length, 1);
  });
});
