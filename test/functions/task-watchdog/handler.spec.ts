import "../environment.ts";
import assert from "node:assert/strict";
import { EXECUTION_STATUSES, hasEnded } from "../../../operator/execution-status.ts";
import { exited, FakeEcs, interrupted } from "../fake-ecs.ts";
import { awsError } from "../scripted-client.ts";
import { type Call, DISPATCH_JOB_ARN, EXECUTION_ARN, fakeLambda, taskEvent, useWatchdog } from "./watchdog.ts";

describe("task-watchdog, on a task", () => {
  const { table, record, records, handlerFor } = useWatchdog();

  describe("when a task has stopped that reports by callback", () => {
    const callback = { REPORT_TO: "callback", CALLBACK_ID: "id-1" };

    it("fails the callback with exit code and stop reason", async () => {
      const lambda = fakeLambda();
      await handlerFor(lambda)(taskEvent(exited(137), callback));
      const [[operation, input]] = lambda.calls as [Call];
      assert.equal(operation, "SendDurableExecutionCallbackFailure");
      assert.equal(input["CallbackId"], "id-1");
      const error = input["Error"] as { ErrorType: string; ErrorMessage: string };
      assert.equal(error.ErrorType, "JobFailed");
      assert.match(error.ErrorMessage, /exit code 137.*Essential container/);
    });

    it("says when the platform took the task away", async () => {
      const lambda = fakeLambda();
      await handlerFor(lambda)(taskEvent(interrupted, callback));
      assert.equal((lambda.calls[0]![1]["Error"] as { ErrorType: string }).ErrorType, "JobLost");
    });

    for (const [name, status] of [["CallbackTimeoutException", 400], ["ResourceNotFoundException", 404]] as const) {
      it(`accepts that nobody waits any more: ${name}`, async () => {
        const lambda = fakeLambda(() => {
          throw awsError(name, status);
        });
        await handlerFor(lambda)(taskEvent(exited(0), callback));
        assert.equal(lambda.calls.length, 1);
      });
    }

    it("logs whose task it was, and how it stopped", async () => {
      const logged: unknown[] = [];
      await handlerFor(fakeLambda(), new FakeEcs(), (...line) => logged.push(line))(taskEvent(exited(137), callback));
      const [[level, message, details]] = logged as [[string, string, Record<string, unknown>]];
      assert.deepEqual([level, message], ["WARN", "A task stopped"]);
      const { executionArn, operationName, attempt, outcome, exitCode } = details;
      assert.deepEqual({ executionArn, operationName, attempt, outcome, exitCode }, { executionArn: EXECUTION_ARN, operationName: "run-task", attempt: 1, outcome: "failed", exitCode: 137 });
      assert.equal(JSON.stringify(logged).includes("id-1"), false, "whoever has the callback's id can answer it");
    });

    it("does not swallow any other error, so that the event comes again", async () => {
      const lambda = fakeLambda(() => {
        throw awsError("AccessDeniedException", 403);
      });
      await assert.rejects(handlerFor(lambda)(taskEvent(exited(3), callback)), { name: "AccessDeniedException" });
    });
  });

  describe("when a task has stopped that poll-job waits for", () => {
    const end = { REPORT_TO: "exit", END_CALLBACK_ID: "end-1" };

    for (const stop of [exited(0), exited(3), interrupted]) {
      it(`completes the callback with how it stopped: ${stop.stopCode} ${stop.exitCode ?? ""}`, async () => {
        const lambda = fakeLambda();
        const event = taskEvent(stop, end);
        await handlerFor(lambda)(event);
        const [[operation, { CallbackId, Result }]] = lambda.calls as [Call];
        assert.deepEqual([operation, CallbackId], ["SendDurableExecutionCallbackSuccess", "end-1"]);
        const { taskArn, exitCode, stopCode } = JSON.parse(Buffer.from(Result as Uint8Array).toString()) as Record<string, unknown>;
        assert.deepEqual({ taskArn, exitCode, stopCode }, { taskArn: event.detail.taskArn, exitCode: stop.exitCode, stopCode: stop.stopCode });
      });
    }

    it("leaves a task alone whose execution polls only: an older version started it", async () => {
      const lambda = fakeLambda();
      await handlerFor(lambda)(taskEvent(exited(0), { REPORT_TO: "exit" }));
      assert.deepEqual(lambda.calls, []);
    });

    it("accepts that the polls were faster, or that the event comes twice", async () => {
      const lambda = fakeLambda(() => {
        throw awsError("CallbackTimeoutException", 400);
      });
      await handlerFor(lambda)(taskEvent(exited(0), end));
      assert.equal(lambda.calls.length, 1);
    });
  });

  describe("when the task of a job has stopped that reports by its exit code alone", () => {
    const JOB_REPORTS = "exit";

    it("completes the callback with the exit code, or fails it", async () => {
      const lambda = fakeLambda();
      for (const stop of [exited(0), exited(3), interrupted]) await handlerFor(lambda)(taskEvent(stop, { REPORT_TO: "callback", CALLBACK_ID: "id-1", JOB_REPORTS }));
      const [success, failure, loss] = lambda.calls;
      assert.deepEqual([success![0], Buffer.from(success![1]["Result"] as Uint8Array).toString()], ["SendDurableExecutionCallbackSuccess", '{"exitCode":0}']);
      assert.deepEqual([failure, loss].map((call) => (call![1]["Error"] as { ErrorType: string }).ErrorType), ["JobFailed", "JobLost"]);
    });

    it("closes the record with the exit code", async () => {
      await handlerFor(fakeLambda())(taskEvent(exited(0), { ...(await record("plain")), JOB_REPORTS }));
      const { status, result } = (await table.get("plain"))!;
      assert.deepEqual({ status, result }, { status: "SUCCEEDED", result: { exitCode: 0 } });
      await handlerFor(fakeLambda())(taskEvent(exited(3), { ...(await record("plain-crash")), JOB_REPORTS }));
      assert.equal((await table.get("plain-crash"))!["status"], "FAILED");
    });

    it("runs a lost one again", async () => {
      const lambda = fakeLambda();
      await handlerFor(lambda)(taskEvent(interrupted, { ...(await record("plain-lost")), JOB_REPORTS }));
      assert.deepEqual(lambda.calls.map(([operation]) => operation), ["Invoke"]);
    });
  });

  describe("when a task has stopped that keeps a record", () => {
    it("closes the record of a job that crashed, and does not run it again", async () => {
      const lambda = fakeLambda();
      await handlerFor(lambda)(taskEvent(exited(3), await record("crashed")));
      const { status, error } = (await table.get("crashed"))!;
      assert.equal(status, "FAILED");
      const { errorType, exitCode, stopReason } = error as Record<string, unknown>;
      assert.deepEqual({ errorType, exitCode, stopReason }, {
        errorType: "JobFailed",
        exitCode: 3,
        stopReason: "Essential container in task exited (EssentialContainerExited)",
      });
      assert.deepEqual(lambda.calls, []);
    });

    it("closes the record of a job that said nothing though it exited with 0", async () => {
      await handlerFor(fakeLambda())(taskEvent(exited(0), await record("silent")));
      assert.equal((await table.get("silent"))!["status"], "FAILED");
    });

    it("never overwrites a closed record", async () => {
      await handlerFor(fakeLambda())(taskEvent(exited(3), await record("done", { status: "SUCCEEDED", result: 42 })));
      const { status, result, error } = (await table.get("done"))!;
      assert.deepEqual({ status, result, error }, { status: "SUCCEEDED", result: 42, error: undefined });
    });

    it("runs a lost job again, under one name however often the event comes", async () => {
      const lambda = fakeLambda();
      const report = await record("lost");
      await handlerFor(lambda)(taskEvent(interrupted, report));
      await handlerFor(lambda)(taskEvent(interrupted, report));
      const again = {
        FunctionName: DISPATCH_JOB_ARN,
        InvocationType: "Event",
        DurableExecutionName: "lost-attempt-2",
        Payload: '{"retryOf":"lost"}',
      };
      assert.deepEqual(lambda.calls, [
        ["Invoke", again],
        ["Invoke", again],
      ]);
      assert.equal((await table.get("lost"))!["status"], "FAILED");
    });

    it("runs a job again that reported the platform's SIGTERM itself", async () => {
      const lambda = fakeLambda();
      const report = await record("terminated");
      await records().setFailed("terminated", 1, { errorType: "JobTerminated", errorMessage: "SIGTERM", exitCode: 143 });
      await handlerFor(lambda)(taskEvent({ ...interrupted, exitCode: 143 }, report));
      assert.deepEqual(lambda.calls.map(([operation]) => operation), ["Invoke"]);
    });

    it("does not run a job again that succeeded before the platform took its task away", async () => {
      const lambda = fakeLambda();
      await handlerFor(lambda)(taskEvent(interrupted, await record("in-time", { status: "SUCCEEDED" })));
      assert.deepEqual(lambda.calls, []);
    });

    it("does not run a job again after its last attempt", async () => {
      const lambda = fakeLambda();
      const report = await record("last", { attempt: 2 });
      await handlerFor(lambda)(taskEvent(interrupted, { ...report, JOB_ATTEMPT: "2" }));
      assert.equal((await table.get("last"))!["status"], "FAILED");
      assert.deepEqual(lambda.calls, []);
    });

    it("leaves the next attempt alone when an old event comes late", async () => {
      const lambda = fakeLambda();
      const report = await record("moved-on", { attempt: 2 });
      await handlerFor(lambda)(taskEvent(interrupted, report));
      assert.equal((await table.get("moved-on"))!["status"], "RUNNING");
      assert.deepEqual(lambda.calls, []);
    });
  });

  describe("when a task has started", () => {
    const CALLBACK = { REPORT_TO: "callback", CALLBACK_ID: "id-1" };
    const callsFor = async (report: Record<string, string>, answer: (operation: string) => object, desiredStatus?: string) => {
      const ecs = new FakeEcs();
      const lambda = fakeLambda(answer);
      await handlerFor(lambda, ecs)(taskEvent({ lastStatus: "RUNNING", desiredStatus }, report));
      return [...lambda.calls.map(([operation]) => operation), ...ecs.calls.map(({ operation }) => operation)];
    };
    const status = (Status: string) => () => ({ Status });

    for (const alive of EXECUTION_STATUSES.filter((each) => !hasEnded(each))) {
      it(`lets it run for an execution that is ${alive}`, async () => {
        assert.deepEqual(await callsFor({ REPORT_TO: "exit" }, status(alive)), ["GetDurableExecution"]);
        assert.deepEqual(await callsFor(CALLBACK, status(alive)), ["GetDurableExecution"]);
      });
    }

    for (const ended of EXECUTION_STATUSES.filter(hasEnded)) {
      it(`stops it for an execution that is ${ended}`, async () => {
        assert.deepEqual(await callsFor({ REPORT_TO: "exit" }, status(ended)), ["GetDurableExecution", "StopTask"]);
        assert.deepEqual(await callsFor(CALLBACK, status(ended)), ["GetDurableExecution", "StopTask"]);
      });
    }

    it("stops it when nobody knows its execution any more", async () => {
      const unknown = () => {
        throw awsError("ResourceNotFoundException", 404);
      };
      assert.deepEqual(await callsFor({ REPORT_TO: "exit" }, unknown), ["GetDurableExecution", "StopTask"]);
    });

    it("asks nothing about one that is being stopped already", async () => {
      assert.deepEqual(await callsFor({ REPORT_TO: "exit" }, status("STOPPED"), "STOPPED"), []);
    });

    it("lets a dispatched one run, whose execution has ended by design, without asking Lambda", async () => {
      assert.deepEqual(await callsFor(await record("wanted", { status: "STARTING" }), status("SUCCEEDED")), []);
      assert.deepEqual(await callsFor(await record("fast", { status: "SUCCEEDED" }), status("SUCCEEDED")), []);
    });

    it("stops a dispatched one whose record is closed, gone, or at another attempt", async () => {
      assert.deepEqual(await callsFor(await record("closed", { status: "FAILED" }), status("STOPPED")), ["StopTask"]);
      assert.deepEqual(await callsFor({ REPORT_TO: "record", JOB_ID: "gone" }, status("STOPPED")), ["StopTask"]);
      assert.deepEqual(await callsFor(await record("retried", { attempt: 2 }), status("STOPPED")), ["StopTask"]);
      assert.deepEqual(await callsFor(await record("taken", { executionArn: "another" }), status("STOPPED")), ["StopTask"]);
    });
  });

  it("leaves tasks alone that no workflow has started", async () => {
    const [lambda, ecs] = [fakeLambda(), new FakeEcs()];
    const event = taskEvent(exited(1), {});
    await handlerFor(lambda, ecs)({ ...event, detail: { ...event.detail, overrides: { containerOverrides: [] } } });
    assert.deepEqual([lambda.calls, ecs.calls], [[], []]);
  });

  it("rejects an event that it does not know, so that it ends in the dead-letter queue", async () => {
    await assert.rejects(handlerFor(fakeLambda())({ "detail-type": "Something else" }), { name: "InvalidInput" });
  });
});
