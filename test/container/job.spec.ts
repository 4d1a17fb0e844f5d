import assert from "node:assert/strict";
import { TRY_AGAIN_EXIT_CODE } from "../../container/kit/contract.ts";
import { JobTable } from "../../functions/shared/job-record.ts";
import { TABLE_NAME, TestJobTable } from "../functions/job-table.ts";
import { FakeCallbacks } from "./fake-callbacks.ts";
import { JobBundle } from "./job-process.ts";

const work = { message: "hello", processingTime: 0 };
const endless = { message: "hello", processingTime: 3600 };

describe("the job", () => {
  const job = JobBundle.use();

  describe("that reports by its exit code", () => {
    const environment = { REPORT_TO: "exit" };

    it("ends with 0 when it succeeded, having logged JSON with its execution", async () => {
      const { exitCode, log } = await job.start(work, environment).end();
      assert.equal(exitCode, 0);
      assert.deepEqual(log.map(({ message }) => message), ["The job starts", "The job succeeded"]);
      for (const line of log) assert.deepEqual([line["executionArn"], line["operationName"], line["attempt"]], ["arn:execution", "run-task", 1]);
    });

    it("ends with the exit code of its failure, reported or not", async () => {
      const failing = job.start({ ...work, fail: { exitCode: 3, error: "boom" } }, environment);
      const crashing = job.start({ ...work, fail: { exitCode: 4 } }, environment);
      const failed = await failing.end();
      assert.equal(failed.exitCode, 3);
      assert.equal(failed.log.at(-1)!["error"], "boom");
      assert.equal((await crashing.end()).exitCode, 4);
    });

    it("fails when it is told to stop", async () => {
      const process = job.start(endless, environment);
      await process.started();
      process.kill("SIGTERM");
      const { exitCode, log } = await process.end();
      assert.equal(exitCode, 143);
      assert.equal(log.at(-1)!["errorType"], "JobTerminated");
    });

    it("does not start on an environment that is wrong, and names every fault", async () => {
      const { exitCode, log } = await job.start({ message: "", colour: "red" }, { ...environment, JOB_ATTEMPT: "x" }).end();
      assert.equal(exitCode, 1);
      const error = String(log[0]!["error"]);
      for (const path of ["JOB_INPUT.message", "JOB_INPUT.processingTime", "JOB_INPUT.colour", "JOB_ATTEMPT"]) assert.ok(error.includes(path), error);
    });
  });

  describe("that reports by callback", () => {
    const callbacks = FakeCallbacks.use();

    it("reports its result once it has shown that it lives", async () => {
      const { exitCode } = await job.start(work, callbacks.environment).end();
      assert.equal(exitCode, 0);
      assert.deepEqual(callbacks.actions, ["heartbeat", "succeed"]);
      const { callbackId, body } = callbacks.reports[1]!;
      assert.equal(callbackId, "a/b+c=");
      const { completedAt, ...result } = body as Record<string, unknown>;
      assert.deepEqual(result, work);
      assert.ok(Date.parse(String(completedAt)) <= Date.now());
    });

    it("keeps showing that it lives while it works", async () => {
      await job.start({ ...work, processingTime: 1.1 }, { ...callbacks.environment, JOB_HEARTBEAT_SECONDS: "0.05" }).end();
      assert.deepEqual(callbacks.actions, ["heartbeat", "heartbeat", "heartbeat", "succeed"]);
    });

    it("shows no life when it hangs, and does not run over its time limit", async () => {
      const environment = { ...callbacks.environment, JOB_HEARTBEAT_SECONDS: "0.01", JOB_TIME_LIMIT_SECONDS: "0.1" };
      const { exitCode } = await job.start({ ...work, hang: true }, environment).end();
      assert.equal(exitCode, 124);
      assert.deepEqual(callbacks.actions, ["heartbeat", "fail"]);
      assert.equal((callbacks.reports[1]!.body as { ErrorType: string }).ErrorType, "JobTimedOut");
    });

    it("reports a failure with its exit code, and exits with it", async () => {
      const { exitCode } = await job.start({ ...work, fail: { exitCode: 3, error: "boom" } }, callbacks.environment).end();
      assert.equal(exitCode, 3);
      assert.deepEqual(callbacks.reports[1], {
        callbackId: "a/b+c=",
        action: "fail",
        body: { ErrorType: "JobFailed", ErrorMessage: "boom (exit code 3)" },
      });
    });

    it("reports nothing when it crashes", async () => {
      const { exitCode } = await job.start({ ...work, fail: { exitCode: 3 } }, callbacks.environment).end();
      assert.equal(exitCode, 3);
      assert.deepEqual(callbacks.actions, ["heartbeat"]);
    });

    it("reports SIGTERM before it dies", async () => {
      const process = job.start(endless, callbacks.environment);
      await callbacks.received(1);
      process.kill("SIGTERM");
      assert.equal((await process.end()).exitCode, 143);
      assert.equal((callbacks.reports[1]!.body as { ErrorType: string }).ErrorType, "JobTerminated");
    });

    it("does no work when nobody waits for it, and may run again", async () => {
      callbacks.answer = () => 400;
      const { exitCode } = await job.start(endless, callbacks.environment).end();
      assert.equal(exitCode, TRY_AGAIN_EXIT_CODE);
      assert.deepEqual(callbacks.actions, ["heartbeat"]);
    });

    it("stops when nobody waits any more", async () => {
      callbacks.answer = () => (callbacks.actions.length === 1 ? 200 : 400);
      const { exitCode } = await job.start(endless, { ...callbacks.environment, JOB_HEARTBEAT_SECONDS: "0.05" }).end();
      assert.equal(exitCode, 1);
      assert.deepEqual(callbacks.actions, ["heartbeat", "heartbeat"]);
    });

    it("works on when a heartbeat does not get through", async () => {
      callbacks.answer = ({ action }) => (action === "heartbeat" ? 403 : 200);
      const { exitCode } = await job.start(work, callbacks.environment).end();
      assert.equal(exitCode, 0);
      assert.deepEqual(callbacks.actions, ["heartbeat", "succeed"]);
    });

    it("reports again when a report does not get through", async () => {
      callbacks.answer = ({ action }) => (action === "succeed" && callbacks.actions.filter((sent) => sent === action).length === 1 ? 500 : 200);
      const { exitCode } = await job.start(work, callbacks.environment).end();
      assert.equal(exitCode, 0);
      assert.deepEqual(callbacks.actions, ["heartbeat", "succeed", "succeed"]);
    });

    it("fails when its result is refused", async () => {
      callbacks.answer = ({ action }) => (action === "succeed" ? 403 : 200);
      const { exitCode } = await job.start(work, callbacks.environment).end();
      assert.equal(exitCode, 1);
      assert.deepEqual(callbacks.actions, ["heartbeat", "succeed", "fail"]);
    });

    it("counts a report as delivered that comes too late", async () => {
      callbacks.answer = ({ action }) => (action === "heartbeat" ? 200 : 400);
      assert.equal((await job.start(work, callbacks.environment).end()).exitCode, 0);
      assert.equal((await job.start({ ...work, fail: { exitCode: 3, error: "boom" } }, callbacks.environment).end()).exitCode, 3);
    });
  });

  describe("that keeps a record", () => {
    const table = TestJobTable.use();
    const record = async (jobId: string) => {
      const jobs = new JobTable(table.client, TABLE_NAME);
      await jobs.create({ jobId, job: "sample", input: work, executionArn: "arn:execution", ttlDays: 1 });
      return { jobs, environment: { AWS_ENDPOINT_URL: table.endpoint, REPORT_TO: "record", JOB_ID: jobId } };
    };

    it("writes its result", async () => {
      const { environment } = await record("good");
      assert.equal((await job.start(work, environment).end()).exitCode, 0);
      const { status, result } = (await table.get("good"))!;
      assert.equal(status, "SUCCEEDED");
      assert.equal((result as { message: string }).message, "hello");
    });

    it("writes its failure", async () => {
      const { environment } = await record("bad");
      assert.equal((await job.start({ ...work, fail: { exitCode: 3, error: "boom" } }, environment).end()).exitCode, 3);
      const { status, error } = (await table.get("bad"))!;
      assert.equal(status, "FAILED");
      assert.deepEqual(error, { errorType: "JobFailed", errorMessage: "boom", exitCode: 3 });
    });

    it("is RUNNING while it works, and FAILED after SIGTERM", async () => {
      const { environment } = await record("stopped");
      const process = job.start(endless, environment);
      while ((await table.get("stopped"))!["status"] === "STARTING") await new Promise(setImmediate);
      assert.equal((await table.get("stopped"))!["status"], "RUNNING");
      process.kill("SIGTERM");
      assert.equal((await process.end()).exitCode, 143);
      const { status, error } = (await table.get("stopped"))!;
      assert.deepEqual([status, (error as { errorType: string }).errorType], ["FAILED", "JobTerminated"]);
    });

    it("does not work on a record that is closed, or at another attempt", async () => {
      const { jobs, environment } = await record("closed");
      const stale = job.start(endless, { ...environment, JOB_ATTEMPT: "2" });
      assert.equal((await stale.end()).exitCode, TRY_AGAIN_EXIT_CODE);
      assert.equal((await table.get("closed"))!["status"], "STARTING");
      await jobs.setFailed("closed", 1, { errorType: "JobLost", errorMessage: "host gone" });
      assert.equal((await job.start(endless, environment).end()).exitCode, TRY_AGAIN_EXIT_CODE);
      assert.equal(((await table.get("closed"))!["error"] as { errorType: string }).errorType, "JobLost");
    });
  });
});
