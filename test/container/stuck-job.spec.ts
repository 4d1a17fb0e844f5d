import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { TRY_AGAIN_EXIT_CODE } from "../../container/kit/contract.ts";
import { JobTable } from "../../functions/shared/job-record.ts";
import { timeScaleVariables } from "../../local/lambda/time-scale-preload.ts";
import { TABLE_NAME, TestJobTable } from "../functions/job-table.ts";
import { childProcesses, kill } from "../local/processes.ts";
import { FakeCallbacks } from "./fake-callbacks.ts";
import { FakeEndpoint } from "./fake-endpoint.ts";
import { JobBundle, type JobProcess } from "./job-process.ts";

const LIMIT_SECONDS = 1;
/** After its time limit or SIGTERM, a job and all of its processes are gone. */
const GONE_SECONDS = 30;

const quick = { message: "hello", processingTime: 0 };
const endless = { message: "hello", processingTime: 3600 };
const spinning = { ...quick, spin: true };
const limited = { JOB_TIME_LIMIT_SECONDS: String(LIMIT_SECONDS) };

describe("a job that is stuck", function () {
  this.timeout(120_000);
  const job = JobBundle.use();

  async function assertGone(process: JobProcess, expected: { readonly exitCode: number; readonly limitSeconds: number }): Promise<void> {
    const { exitCode, seconds } = await process.end();
    assert.equal(exitCode, expected.exitCode);
    assert.ok(seconds >= expected.limitSeconds, `It was stopped after ${seconds} s, before its time limit`);
    assert.ok(seconds < expected.limitSeconds + GONE_SECONDS, `It was still there after ${seconds} s`);
  }

  // Idle for some 20 s each: they run at the same time, and the tests look at how they end.
  describe("on an endpoint that accepts reports and never answers", () => {
    let never: FakeEndpoint;
    let onlyHeartbeats: FakeEndpoint;
    const jobs = new Map<string, JobProcess>();

    before(async () => {
      never = await FakeEndpoint.open(() => "never");
      onlyHeartbeats = await FakeEndpoint.open((report) => (report === "heartbeat" ? "OK" : "never"));
      for (const mode of ["callback", "record"] as const) {
        jobs.set(`${mode} endless`, job.start(endless, { ...never.environment(mode), ...limited }));
        jobs.set(`${mode} quick`, job.start(quick, { ...onlyHeartbeats.environment(mode), ...limited }));
        jobs.set(`${mode} stopped`, job.start(endless, onlyHeartbeats.environment(mode)));
      }
      while (onlyHeartbeats.received.heartbeat < 4) await setImmediate();
      for (const [name, process] of jobs) if (name.endsWith("stopped")) process.kill("SIGTERM");
    });

    after(() => {
      never.close();
      onlyHeartbeats.close();
    });

    for (const mode of ["callback", "record"]) {
      it(`ends after its time limit, and not before (${mode})`, () => assertGone(jobs.get(`${mode} endless`)!, { exitCode: 124, limitSeconds: LIMIT_SECONDS }));

      it(`may run again when its result could not be reported (${mode})`, () =>
        assertGone(jobs.get(`${mode} quick`)!, { exitCode: TRY_AGAIN_EXIT_CODE, limitSeconds: LIMIT_SECONDS }));

      it(`ends after SIGTERM (${mode})`, () => assertGone(jobs.get(`${mode} stopped`)!, { exitCode: 143, limitSeconds: 0 }));
    }
  });

  describe("because it blocks its event loop", () => {
    const callbacks = FakeCallbacks.use();
    const table = TestJobTable.use();
    // It spins for a second instead of ten before it is killed.
    const fast = timeScaleVariables(10, {});
    const record = async (jobId: string) => {
      const jobs = new JobTable(table.client, TABLE_NAME);
      await jobs.create({ jobId, job: "sample", input: quick, executionArn: "arn:execution", ttlDays: 1 });
      return { AWS_ENDPOINT_URL: table.endpoint, REPORT_TO: "record", JOB_ID: jobId };
    };
    const errorOf = async (jobId: string) => (await table.get(jobId))!["error"];

    it("is killed after its time limit, in real time as well", () =>
      assertGone(job.start(spinning, { REPORT_TO: "exit", ...limited }), { exitCode: 124, limitSeconds: LIMIT_SECONDS }));

    it("is killed after its time limit, and the callback fails", async () => {
      await assertGone(job.start(spinning, { ...callbacks.environment, ...limited, ...fast }), { exitCode: 124, limitSeconds: LIMIT_SECONDS });
      assert.deepEqual(callbacks.actions, ["heartbeat", "fail"]);
      assert.equal((callbacks.reports[1]!.body as { ErrorType: string }).ErrorType, "JobTimedOut");
    });

    it("is killed after its time limit, and its record is closed", async () => {
      await assertGone(job.start(spinning, { ...(await record("spins")), ...limited, ...fast }), { exitCode: 124, limitSeconds: LIMIT_SECONDS });
      assert.equal(((await errorOf("spins")) as { errorType: string }).errorType, "JobTimedOut");
    });

    it("is killed after SIGTERM, and says so", async () => {
      const byExitCode = job.start(spinning, { REPORT_TO: "exit", ...fast });
      const byCallback = job.start(spinning, { ...callbacks.environment, ...fast });
      const byRecord = job.start(spinning, { ...(await record("stopped")), ...fast });
      await callbacks.received(1);
      while ((await table.get("stopped"))!["status"] !== "RUNNING") await setImmediate();
      await byExitCode.started();
      for (const process of [byExitCode, byCallback, byRecord]) process.kill("SIGTERM");
      for (const process of [byExitCode, byCallback, byRecord]) await assertGone(process, { exitCode: 143, limitSeconds: 0 });
      assert.equal((callbacks.reports[1]!.body as { ErrorType: string }).ErrorType, "JobTerminated");
      assert.equal(((await errorOf("stopped")) as { errorType: string }).errorType, "JobTerminated");
    });
  });

  describe("because a process of it was killed", () => {
    const callbacks = FakeCallbacks.use();

    it("reports that its work was killed", async () => {
      const process = job.start(endless, callbacks.environment);
      await callbacks.received(1);
      kill(childProcesses("work.mjs", process.pid));
      await assertGone(process, { exitCode: 137, limitSeconds: 0 });
      const { ErrorType, ErrorMessage } = callbacks.reports[1]!.body as { ErrorType: string; ErrorMessage: string };
      assert.equal(ErrorType, "JobFailed");
      assert.equal(ErrorMessage, "The work's process was killed by SIGKILL, probably because the task ran out of memory (exit code 137)");
    });

    it("ends its work when its supervisor was killed", async () => {
      const process = job.start(endless, callbacks.environment);
      await callbacks.received(1);
      process.kill("SIGKILL");
      await process.end();
      assert.deepEqual(callbacks.actions, ["heartbeat"]);
    });
  });
});
