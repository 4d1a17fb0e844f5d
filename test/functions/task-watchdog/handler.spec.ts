import "../environment.ts";
import { LambdaClient } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import type { Log } from "../../../functions/shared/log.ts";
import { createHandler } from "../../../functions/task-watchdog/handler.ts";
import { JobTable } from "../../../functions/shared/job-record.ts";
import { exited, FakeEcs, type FakeTask, interrupted } from "../fake-ecs.ts";
import { TABLE_NAME, TestJobTable } from "../job-table.ts";
import { awsError, scripted } from "../scripted-client.ts";

const CLUSTER_ARN = "arn:aws:ecs:eu-central-1:111122223333:cluster/jobs";
const DISPATCH_JOB_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:dispatch-job:live";
const EXECUTION_ARN = "arn:aws:lambda:eu-central-1:111122223333:function:poll-job:1/durable-execution/name/execution-1";

type Call = readonly [operation: string, input: Record<string, unknown>];

interface Lambda {
  readonly client: LambdaClient;
  readonly calls: Call[];
}

function fakeLambda(answer: (operation: string) => object = () => ({})): Lambda {
  const calls: Call[] = [];
  const client = scripted(new LambdaClient({}), (operation, input) => {
    calls.push([operation, input]);
    return answer(operation);
  });
  return { client, calls };
}

const taskEvent = (task: Partial<FakeTask>, report: Record<string, string>) => ({
  version: "0",
  "detail-type": "ECS Task State Change",
  source: "aws.ecs",
  detail: {
    clusterArn: CLUSTER_ARN,
    taskArn: "arn:aws:ecs:eu-central-1:111122223333:task/jobs/1",
    lastStatus: task.lastStatus ?? "RUNNING",
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    containers: [{ name: "job", exitCode: task.exitCode }],
    overrides: {
      containerOverrides: [
        { name: "job", environment: Object.entries({ EXECUTION_ARN, JOB_ATTEMPT: "1", ...report }).map(([name, value]) => ({ name, value })) },
      ],
    },
  },
});

const executionEvent = (status: string) => ({
  "detail-type": "Durable Execution Status Change",
  source: "aws.lambda",
  detail: { durableExecutionArn: EXECUTION_ARN, status },
});

describe("task-watchdog", () => {
  const table = TestJobTable.use();
  const handlerFor = (lambda: Lambda, ecs = new FakeEcs(), log: Log = () => undefined) =>
    createHandler({
      ecs: ecs.client,
      lambda: lambda.client,
      dynamodb: table.client,
      environment: { CLUSTER_ARN, JOB_TABLE_NAME: TABLE_NAME, DISPATCH_JOB_ARN, JOB_MAX_ATTEMPTS: 2 },
      log,
    });
  const record = async (jobId: string, change: Record<string, unknown> = {}) => {
    const item = { jobId, status: "RUNNING", attempt: 1, executionArn: EXECUTION_ARN, input: { message: "hello", processingTime: 1 }, ...change };
    await table.put(item);
    return { REPORT_TO: "record", JOB_ID: jobId };
  };

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

    it("is content when the job has reported before", async () => {
      const lambda = fakeLambda(() => {
        throw awsError("CallbackTimeoutException", 400);
      });
      await handlerFor(lambda)(taskEvent(exited(0), callback));
      assert.equal(lambda.calls.length, 1);
    });

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
      await new JobTable(table.client, TABLE_NAME).setFailed("terminated", 1, { errorType: "JobTerminated", errorMessage: "SIGTERM", exitCode: 143 });
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
    const stopsFor = async (report: Record<string, string>, answer: (operation: string) => object) => {
      const ecs = new FakeEcs();
      await handlerFor(fakeLambda(answer), ecs)(taskEvent({ lastStatus: "RUNNING" }, report));
      return ecs.calls.map(({ operation, input }) => [operation, input["task"]]);
    };
    const stopped = [["StopTask", "arn:aws:ecs:eu-central-1:111122223333:task/jobs/1"]];

    it("lets it run for an execution that runs", async () => {
      assert.deepEqual(await stopsFor({ REPORT_TO: "exit" }, () => ({ Status: "RUNNING" })), []);
    });

    it("stops it when its execution has ended meanwhile", async () => {
      assert.deepEqual(await stopsFor({ REPORT_TO: "exit" }, () => ({ Status: "STOPPED" })), stopped);
      assert.deepEqual(await stopsFor({ REPORT_TO: "callback", CALLBACK_ID: "id-1" }, () => ({ Status: "TIMED_OUT" })), stopped);
    });

    it("stops it when nobody knows its execution any more", async () => {
      const unknown = () => {
        throw awsError("ResourceNotFoundException", 404);
      };
      assert.deepEqual(await stopsFor({ REPORT_TO: "exit" }, unknown), stopped);
    });

    it("lets it run when nobody waits for it by design", async () => {
      assert.deepEqual(await stopsFor({ REPORT_TO: "record", JOB_ID: "x" }, () => ({ Status: "SUCCEEDED" })), []);
    });
  });

  describe("when an execution has ended", () => {
    const withTask = async (status: string) => {
      const ecs = new FakeEcs();
      ecs.tasks.push(
        { taskArn: "mine", startedBy: "execution-1", environment: {}, lastStatus: "RUNNING" },
        { taskArn: "other", startedBy: "execution-2", environment: {}, lastStatus: "RUNNING" },
      );
      await handlerFor(fakeLambda(), ecs)(executionEvent(status));
      return ecs.tasks.filter(({ lastStatus }) => lastStatus === "STOPPED").map(({ taskArn }) => taskArn);
    };

    for (const status of ["STOPPED", "TIMED_OUT", "FAILED"]) {
      it(`stops the tasks of one that is ${status}, and no other's`, async () => {
        assert.deepEqual(await withTask(status), ["mine"]);
      });
    }

    it("closes the record that it left open, because it never came to start a task", async () => {
      await record("execution-1", { status: "STARTING" });
      await handlerFor(fakeLambda(() => ({ InputPayload: '{"message":"hello","processingTime":1}' })))(executionEvent("STOPPED"));
      const { status, error } = (await table.get("execution-1"))!;
      assert.equal(status, "FAILED");
      assert.match((error as { errorMessage: string }).errorMessage, /STOPPED/);
    });

    it("closes the record of the job that it was to run again, unless another execution has it by now", async () => {
      await record("again", { status: "STARTING", attempt: 2 });
      await record("taken", { status: "STARTING", attempt: 2, executionArn: "another" });
      for (const jobId of ["again", "taken"]) {
        await handlerFor(fakeLambda(() => ({ InputPayload: JSON.stringify({ retryOf: jobId }) })))(executionEvent("TIMED_OUT"));
      }
      assert.deepEqual([(await table.get("again"))!["status"], (await table.get("taken"))!["status"]], ["FAILED", "STARTING"]);
    });

    it("stops nothing for one that succeeded", async () => {
      assert.deepEqual(await withTask("SUCCEEDED"), []);
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
