import "../environment.ts";
import assert from "node:assert/strict";
import { EXECUTION_STATUSES, hasEnded } from "../../../operator/execution-status.ts";
import { FakeEcs } from "../fake-ecs.ts";
import { awsError } from "../scripted-client.ts";
import { executionEvent, fakeLambda, useWatchdog } from "./watchdog.ts";

const DISPATCH = "arn:aws:lambda:eu-central-1:111122223333:function:dispatch-job:3/durable-execution/name";
const JOB = '{"message":"hello","processingTime":1}';

describe("task-watchdog, on an execution", () => {
  const { table, record, records, handlerFor } = useWatchdog();
  const inputOf = (InputPayload: string) => fakeLambda(() => ({ InputPayload }));
  const gone = () =>
    fakeLambda(() => {
      throw awsError("ResourceNotFoundException", 404);
    });

  describe("of a function that waits for its task", () => {
    const withTask = async (status: string) => {
      const [ecs, lambda] = [new FakeEcs(), fakeLambda()];
      ecs.tasks.push(
        { taskArn: "mine", startedBy: "execution-1", environment: {}, lastStatus: "RUNNING" },
        { taskArn: "other", startedBy: "execution-2", environment: {}, lastStatus: "RUNNING" },
      );
      await handlerFor(lambda, ecs)(executionEvent(status));
      assert.deepEqual(lambda.calls, [], "Lambda has nothing to say about it");
      return ecs.tasks.filter(({ lastStatus }) => lastStatus === "STOPPED").map(({ taskArn }) => taskArn);
    };

    for (const status of EXECUTION_STATUSES) {
      it(hasEnded(status) ? `stops the tasks of one that is ${status}, and no other's` : `leaves the tasks of one alone that is ${status}`, async () => {
        assert.deepEqual(await withTask(status), hasEnded(status) ? ["mine"] : []);
      });
    }
  });

  describe("of dispatch-job", () => {
    for (const status of ["STOPPED", "TIMED_OUT", "FAILED"]) {
      it(`closes the record that one left open which is ${status}`, async () => {
        const executionArn = `${DISPATCH}/left-open-${status}`;
        await record(`left-open-${status}`, { status: "STARTING", executionArn });
        await handlerFor(inputOf(JOB))(executionEvent(status, executionArn));
        const { status: closed, error } = (await table.get(`left-open-${status}`))!;
        assert.equal(closed, "FAILED");
        assert.match((error as { errorMessage: string }).errorMessage, new RegExp(status));
      });
    }

    it("closes it also when the execution was deleted before its event", async () => {
      await record("deleted", { status: "STARTING", executionArn: `${DISPATCH}/deleted` });
      await handlerFor(gone())(executionEvent("STOPPED", `${DISPATCH}/deleted`));
      assert.equal((await table.get("deleted"))!["status"], "FAILED");
      await handlerFor(gone())(executionEvent("STOPPED", `${DISPATCH}/never-recorded`));
      assert.equal(await table.get("never-recorded"), undefined);
    });

    it("leaves the task and the record of one alone that SUCCEEDED", async () => {
      const [ecs, lambda] = [new FakeEcs(), inputOf(JOB)];
      await record("well", { executionArn: `${DISPATCH}/well` });
      await handlerFor(lambda, ecs)(executionEvent("SUCCEEDED", `${DISPATCH}/well`));
      assert.deepEqual([lambda.calls, ecs.calls, (await table.get("well"))!["status"]], [[], [], "RUNNING"]);
    });

    it("lets a record that is written too late not be opened, and the job be run again", async () => {
      const executionArn = `${DISPATCH}/late`;
      await handlerFor(inputOf(JOB))(executionEvent("STOPPED", executionArn));
      assert.equal(await records().create({ jobId: "late", job: "sample", input: { message: "hello", processingTime: 1 }, executionArn, ttlDays: 30 }), false);
      const closed = (await records().find("late"))!;
      assert.deepEqual([closed.status, closed.input], ["FAILED", { message: "hello", processingTime: 1 }]);
      assert.ok(await records().reopen(closed, `${DISPATCH}/again`, 30));
    });

    it("lets a job that is to be run again not be opened too late, and be run again by another execution", async () => {
      await record("again", { status: "FAILED", executionArn: `${DISPATCH}/first` });
      const before = (await records().find("again"))!;
      await handlerFor(inputOf('{"retryOf":"again"}'))(executionEvent("STOPPED", `${DISPATCH}/second`));
      assert.equal(await records().reopen(before, `${DISPATCH}/second`, 30), false);
      assert.ok(await records().reopen(before, `${DISPATCH}/third`, 30));
    });

    it("changes nothing of the next attempt when its event comes twice", async () => {
      const executionArn = `${DISPATCH}/twice`;
      const handler = handlerFor(inputOf(JOB));
      await handler(executionEvent("STOPPED", executionArn));
      assert.ok(await records().reopen((await records().find("twice"))!, `${DISPATCH}/retry`, 30));
      await handler(executionEvent("STOPPED", executionArn));
      const { status, attempt } = (await records().find("twice"))!;
      assert.deepEqual([status, attempt], ["STARTING", 2]);
    });

    it("closes the record of the job that one was to run again, unless another execution has it by now", async () => {
      for (const [jobId, executionArn] of [["mine", `${DISPATCH}/r`], ["taken", "another"]] as const) {
        await record(jobId, { status: "STARTING", attempt: 2, executionArn });
        await handlerFor(inputOf(JSON.stringify({ retryOf: jobId })))(executionEvent("TIMED_OUT", `${DISPATCH}/r`));
      }
      assert.deepEqual([(await table.get("mine"))!["status"], (await table.get("taken"))!["status"]], ["FAILED", "STARTING"]);
    });

    it("marks no record for one that FAILED: it was refused", async () => {
      await record("polled", { status: "SUCCEEDED" });
      await handlerFor(inputOf('{"retryOf":"polled"}'))(executionEvent("FAILED", `${DISPATCH}/refused`));
      assert.equal((await table.get("polled"))!["endedExecutions"], undefined);
    });

    it("makes no record for one that FAILED, or whose input is none", async () => {
      await handlerFor(inputOf(JOB))(executionEvent("FAILED", `${DISPATCH}/failed`));
      await handlerFor(inputOf("no JSON"))(executionEvent("STOPPED", `${DISPATCH}/garbage`));
      await handlerFor(inputOf('{"retryOf":"unknown"}'))(executionEvent("STOPPED", `${DISPATCH}/r2`));
      for (const jobId of ["failed", "garbage", "unknown", "r2"]) assert.equal(await table.get(jobId), undefined);
    });

    it("stops a task that it had started, after the record says why", async () => {
      const ecs = new FakeEcs();
      ecs.tasks.push({ taskArn: "mine", startedBy: "started", environment: {}, lastStatus: "RUNNING" });
      const executionArn = `${DISPATCH}/started`;
      await record("started", { status: "STARTING", executionArn });
      ecs.before = () => {
        throw awsError("ThrottlingException", 400);
      };
      await assert.rejects(handlerFor(inputOf(JOB), ecs)(executionEvent("STOPPED", executionArn)));
      assert.equal((await table.get("started"))!["status"], "FAILED");
      ecs.before = () => undefined;
      await handlerFor(inputOf(JOB), ecs)(executionEvent("STOPPED", executionArn));
      assert.equal(ecs.tasks[0]!.lastStatus, "STOPPED");
    });
  });
});
