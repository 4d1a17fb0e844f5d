import "../environment.ts";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { LocalDurableTestRunner, type TestResult, WaitingOperationStatus } from "@aws/durable-execution-sdk-js-testing";
import assert from "node:assert/strict";
import { createHandler } from "../../../functions/callback-job/handler.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";
import { FakeEcs, type FakeTask, interrupted } from "../fake-ecs.ts";
import { awsError, scripted } from "../scripted-client.ts";
import { taskEnvironment } from "../task-environment.ts";

const environment = { ...taskEnvironment, JOB_MAX_ATTEMPTS: 2, HEARTBEAT_TIMEOUT_SECONDS: 60 };
const input = { message: "hello", processingTime: 5 };

type Report = { readonly result: string } | { readonly errorType: string; readonly errorMessage: string };

const handlerFor = (ecs: FakeEcs, change: Partial<typeof environment> = {}, heartbeat: () => void = () => undefined) => {
  const lambda = scripted(new LambdaClient({}), (operation) => {
    assert.equal(operation, "SendDurableExecutionCallbackHeartbeat");
    heartbeat();
    return {};
  });
  return createHandler({ ecs: ecs.client, lambda, environment: { ...environment, ...change } });
};

/** Runs an execution in which each task reports as given, in order. */
async function executeReporting(ecs: FakeEcs, reports: readonly Report[], change: Partial<typeof environment> = {}): Promise<TestResult> {
  const runner = new LocalDurableTestRunner({ handlerFunction: handlerFor(ecs, change) });
  const execution = runner.run({ payload: input });
  for (const [index, report] of reports.entries()) {
    await runner.getOperationByNameAndIndex("run-task", index).waitForData();
    const callback = await runner.getOperationByNameAndIndex("job-report", index).waitForData();
    if ("result" in report) {
      await callback.sendCallbackSuccess(report.result);
    } else {
      await callback.sendCallbackFailure({ ErrorType: report.errorType, ErrorMessage: report.errorMessage });
    }
  }
  return execution;
}

describe("callback-job", () => {
  useDurableRunner({ skipTime: true });

  it("answers with what the job reported, and asks ECS no more once the task has started", async () => {
    const ecs = new FakeEcs();
    const execution = await executeReporting(ecs, [{ result: '{"message":"hello"}' }]);
    assert.deepEqual(execution.getResult(), { message: "hello" });
    assert.deepEqual(ecs.calls.map(({ operation }) => operation), ["RunTask", "DescribeTasks"]);
  });

  it("gives the task the callback to report to", async () => {
    const ecs = new FakeEcs();
    const execution = await executeReporting(ecs, [{ result: "1" }]);
    const callback = execution.getOperations().find((operation) => operation.getName() === "job-report");
    const [task] = ecs.tasks;
    assert.equal(task!.environment["REPORT_TO"], "callback");
    assert.equal(task!.environment["CALLBACK_ID"], callback!.getCallbackDetails()!.callbackId);
  });

  it("fails the execution when the job failed by itself, and does not run it again", async () => {
    const ecs = new FakeEcs();
    const execution = await executeReporting(ecs, [{ errorType: "JobFailed", errorMessage: "boom (exit code 3)" }]);
    assert.equal(assertFailed(execution, "JobFailed"), "boom (exit code 3)");
    assert.equal(ecs.tasks.length, 1);
  });

  it("fails the execution when the job reports something other than JSON", async () => {
    assertFailed(await executeReporting(new FakeEcs(), [{ result: "hello" }]), "JobFailed");
  });

  it("runs a lost job again, with a callback of its own", async () => {
    const ecs = new FakeEcs();
    const execution = await executeReporting(ecs, [{ errorType: "JobLost", errorMessage: "host gone" }, { result: "2" }]);
    assert.equal(execution.getResult(), 2);
    const [first, second] = ecs.tasks;
    assert.deepEqual([first!.environment["JOB_ATTEMPT"], second!.environment["JOB_ATTEMPT"]], ["1", "2"]);
    assert.notEqual(first!.environment["CALLBACK_ID"], second!.environment["CALLBACK_ID"]);
  });

  it("gives up on a job that is lost every time", async () => {
    const lost = { errorType: "JobLost", errorMessage: "host gone" };
    const ecs = new FakeEcs();
    assert.match(assertFailed(await executeReporting(ecs, [lost, lost]), "JobLost"), /2 of 2 attempts/);
    assert.equal(ecs.tasks.length, 2);
  });

  it("runs a job again that was told to stop by the platform", async () => {
    const ecs = new FakeEcs((task) => (task === 1 ? { ...interrupted, exitCode: 143 } : {}));
    const execution = await executeReporting(ecs, [{ errorType: "JobTerminated", errorMessage: "SIGTERM" }, { result: "2" }]);
    assert.equal(execution.getResult(), 2);
  });

  it("fails when the job was told to stop by a person", async () => {
    const stopped: Partial<FakeTask> = { lastStatus: "STOPPED", stopCode: "UserInitiated", stoppedReason: "by me", exitCode: 143 };
    const ecs = new FakeEcs(() => stopped);
    const message = assertFailed(await executeReporting(ecs, [{ errorType: "JobTerminated", errorMessage: "SIGTERM" }]), "JobFailed");
    assert.match(message, /exit code 143/);
    assert.match(message, /by me/);
    assert.equal(ecs.tasks.length, 1);
  });

  it("names a job that ran over its own time limit", async () => {
    assertFailed(await executeReporting(new FakeEcs(), [{ errorType: "JobTimedOut", errorMessage: "too long" }]), "JobTimedOut");
  });

  it("stops the task of a job whose heartbeat stays away", async () => {
    const ecs = new FakeEcs();
    const message = assertFailed(await executeReporting(ecs, [], { HEARTBEAT_TIMEOUT_SECONDS: 1 }), "JobTimedOut");
    assert.match(message, /heartbeat/);
    assert.equal(ecs.tasks[0]!.lastStatus, "STOPPED");
    assert.equal(ecs.tasks.length, 1);
  });

  it("runs a job again whose task the platform did not get started in time", async () => {
    const ecs = new FakeEcs(() => ({ startedAt: undefined }));
    const handler = handlerFor(ecs, { HEARTBEAT_TIMEOUT_SECONDS: 1 }, () => {
      throw awsError("CallbackTimeoutException", 400);
    });
    const message = assertFailed(await execute(handler, input), "JobLost");
    assert.match(message, /had not started/);
    assert.deepEqual(ecs.tasks.map(({ lastStatus }) => lastStatus), ["STOPPED", "STOPPED"]);
  });

  it("keeps the callback open while the task starts, be it slowly", async () => {
    const ecs = new FakeEcs(() => ({ startedAt: undefined }));
    let heartbeats = 0;
    const runner = new LocalDurableTestRunner({
      handlerFunction: handlerFor(ecs, {}, () => {
        heartbeats += 1;
        if (heartbeats === 3) ecs.tasks[0]!.startedAt = new Date();
      }),
    });
    const execution = runner.run({ payload: input });
    await runner.getOperation("await-start").waitForData(WaitingOperationStatus.COMPLETED);
    await runner.getOperation("job-report").sendCallbackSuccess("1");
    assert.equal((await execution).getResult(), 1);
    assert.equal(heartbeats, 3);
  });

  it("waits for the job even if it may not follow the task's start", async () => {
    const ecs = new FakeEcs();
    ecs.before = (operation) => {
      if (operation === "DescribeTasks") throw awsError("AccessDeniedException", 400);
    };
    assert.equal((await executeReporting(ecs, [{ result: "1" }])).getResult(), 1);
  });

  it("fails at once when ECS refuses the task", async () => {
    const ecs = new FakeEcs();
    ecs.before = () => {
      throw awsError("AccessDeniedException", 400);
    };
    assertFailed(await execute(handlerFor(ecs), input), "AccessDeniedException");
    assert.equal(ecs.count("RunTask"), 1);
  });

  it("fails on bad input without a callback", async () => {
    const execution = await execute(handlerFor(new FakeEcs()), { message: "hello", processingTime: -1 });
    assert.match(assertFailed(execution, "InvalidInput"), /processingTime: /);
    assert.equal(execution.getOperations().length, 0);
  });
});
