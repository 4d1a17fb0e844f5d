import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import assert from "node:assert/strict";
import { OPEN_STATUSES } from "../../../operator/execution-status.ts";
import { TABLE_NAME, TestJobTable } from "../job-table.ts";
import { NOW, World } from "./world.ts";

const EXIT = { REPORT_TO: "exit" };
const callback = (id: string) => ({ REPORT_TO: "callback", CALLBACK_ID: id });
const recordOf = (jobId: string) => ({ REPORT_TO: "record", JOB_ID: jobId });
const exited = (exitCode: number) => ({ lastStatus: "STOPPED", exitCode, stopCode: "EssentialContainerExited" }) as const;

describe("task-sweep", () => {
  const table = TestJobTable.use();
  let world: World;
  const jobIds: string[] = [];
  beforeEach(() => {
    world = new World();
  });
  afterEach(async () => {
    for (const jobId of jobIds.splice(0)) await table.client.send(new DeleteItemCommand({ TableName: TABLE_NAME, Key: marshall({ jobId }) }));
  });

  /** An open record. @param age minutes since its last change */
  async function record(jobId: string, executionArn: string, change: Record<string, unknown> = {}, age = 60): Promise<void> {
    const updatedAt = new Date(NOW - age * 60_000).toISOString();
    jobIds.push(jobId);
    await table.put({ jobId, status: "RUNNING", open: "open", attempt: 1, executionArn, updatedAt, input: { message: "hello", processingTime: 1 }, ...change });
  }
  const statusOf = async (jobId: string) => (await table.get(jobId))?.["status"];
  const errorOf = async (jobId: string) => (await table.get(jobId))?.["error"] as { errorType: string; errorMessage: string } | undefined;

  it("touches nothing that is well", async () => {
    for (const status of OPEN_STATUSES) {
      world.task(`poll-${status}`, world.execution("poll-job", `poll-${status}`, status), EXIT);
      world.task(`callback-${status}`, world.execution("callback-job", `callback-${status}`, status), callback(status));
    }
    world.execution("callback-job", "waits-for-capacity");
    world.execution("poll-job", "waits-too");
    await record("dispatched", world.execution("dispatch-job", "dispatched", "SUCCEEDED"));
    world.task("dispatched", "dispatched", recordOf("dispatched"));
    await record("no-capacity", world.execution("dispatch-job", "no-capacity"), { status: "STARTING" });
    await record("fresh", world.execution("dispatch-job", "fresh", "SUCCEEDED"), { taskArn: "task-not-listed-yet" }, 1);
    world.task("young", world.execution("poll-job", "young", "STOPPED"), EXIT, { age: 1 });
    world.task("stopping", world.execution("poll-job", "stopping", "STOPPED"), EXIT, { desiredStatus: "STOPPED" });
    // The events of their stops are still on their way.
    await record("just-stopped", world.execution("dispatch-job", "just-stopped", "SUCCEEDED"), { taskArn: "task-just-stopped" });
    world.task("just-stopped", "e", recordOf("just-stopped"), { ...exited(3), stoppedAge: 1 });
    world.task("callback-just-stopped", world.execution("callback-job", "callback-just-stopped"), callback("c"), { ...exited(3), stoppedAge: 1 });
    world.tasks.push({ taskArn: "foreign", environment: {}, lastStatus: "RUNNING", age: 600 });
    await world.handler(table)({});
    assert.deepEqual(world.effects, []);
    assert.deepEqual(await Promise.all(["dispatched", "no-capacity", "fresh", "just-stopped"].map(statusOf)), ["RUNNING", "STARTING", "RUNNING", "RUNNING"]);
  });

  for (const end of ["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"]) {
    it(`stops the task of an execution that is ${end}`, async () => {
      world.task("poll", world.execution("poll-job", "poll", end), EXIT);
      world.task("callback", world.execution("callback-job", "callback", end), callback("c"));
      await world.handler(table)({});
      assert.deepEqual(world.effects, ["stop task-poll", "stop task-callback"]);
    });
  }

  it("stops the task of an execution that nobody knows, or whose record is closed or gone", async () => {
    world.task("unknown", "arn:aws:lambda:eu-central-1:111122223333:function:poll-job:1/durable-execution/x/x", EXIT);
    for (const status of ["FAILED", "SUCCEEDED"]) {
      await record(`closed-${status}`, "e", { status });
      world.task(`closed-${status}`, "e", recordOf(`closed-${status}`));
    }
    world.task("no-record", "e", recordOf("no-such-job"));
    await world.handler(table)({});
    assert.deepEqual(world.effects, ["stop task-unknown", "stop task-closed-FAILED", "stop task-closed-SUCCEEDED", "stop task-no-record"]);
  });

  it("ends a dispatched job that is past the limit that its task was told, as timed out", async () => {
    await record("too-long", world.execution("dispatch-job", "too-long", "SUCCEEDED"));
    world.task("too-long", world.executions[0]!.arn, { ...recordOf("too-long"), JOB_TIME_LIMIT_SECONDS: "3000" });
    await record("in-time", world.execution("dispatch-job", "in-time", "SUCCEEDED"));
    world.task("in-time", world.executions[1]!.arn, { ...recordOf("in-time"), JOB_TIME_LIMIT_SECONDS: "3600" });
    await world.handler(table)({});
    assert.deepEqual(world.effects, ["stop task-too-long"]);
    assert.equal((await errorOf("too-long"))?.errorType, "JobTimedOut");
    assert.equal(await statusOf("in-time"), "RUNNING");
  });

  it("closes the record of a task that has stopped, and runs a lost job again", async () => {
    for (const [jobId, how] of [["crashed", exited(3)], ["reclaimed", { lastStatus: "STOPPED", stopCode: "SpotInterruption" }]] as const) {
      await record(jobId, world.execution("dispatch-job", jobId, "SUCCEEDED"), { taskArn: `task-${jobId}` });
      world.task(jobId, "e", recordOf(jobId), how);
    }
    await world.handler(table)({});
    assert.equal((await errorOf("crashed"))?.errorType, "JobFailed");
    assert.equal((await errorOf("reclaimed"))?.errorType, "JobLost");
    assert.deepEqual(world.effects, ["run again dispatch-job"]);
  });

  it("closes a record whose execution has ended without a task, and runs none again that was stopped", async () => {
    for (const end of ["STOPPED", "TIMED_OUT", "FAILED"]) await record(end, world.execution("dispatch-job", end, end), { status: "STARTING" });
    await world.handler(table)({});
    for (const end of ["STOPPED", "TIMED_OUT", "FAILED"]) assert.match((await errorOf(end))?.errorMessage ?? "", new RegExp(end));
    assert.deepEqual(world.effects, []);
  });

  it("runs a job again whose task ECS has forgotten", async () => {
    await record("forgotten", world.execution("dispatch-job", "forgotten", "SUCCEEDED"), { taskArn: "task-long-gone" });
    await record("deleted", "arn:aws:lambda:eu-central-1:111122223333:function:dispatch-job:1/durable-execution/d/d", { taskArn: "task-gone-too" });
    await world.handler(table)({});
    assert.deepEqual([(await errorOf("forgotten"))?.errorType, (await errorOf("deleted"))?.errorType], ["JobLost", "JobLost"]);
    assert.deepEqual(world.effects, ["run again dispatch-job", "run again dispatch-job"]);
  });

  it("fails the callback of a task that has stopped", async () => {
    world.task("crashed", world.execution("callback-job", "crashed"), callback("c-1"), exited(3));
    // A task that has stopped of an execution that runs its next attempt: nothing is left to report.
    const next = world.execution("callback-job", "next-attempt");
    world.task("first", next, callback("c-2"), exited(3));
    world.task("second", next, callback("c-3"));
    await world.handler(table)({});
    assert.deepEqual(world.effects, ["fail c-1"]);
  });

  it("completes the callback of a task that has stopped, for poll-job and for a job that reports by its exit code alone", async () => {
    world.task("polled", world.execution("poll-job", "polled"), { ...EXIT, END_CALLBACK_ID: "c-1" }, exited(3));
    world.task("plain", world.execution("callback-job", "plain"), { ...callback("c-2"), JOB_REPORTS: "exit" }, exited(0));
    world.task("plain-crash", world.execution("callback-job", "plain-crash"), { ...callback("c-3"), JOB_REPORTS: "exit" }, exited(3));
    await world.handler(table)({});
    assert.deepEqual(world.effects, ["complete c-1", "complete c-2", "fail c-3"]);
  });

  it("touches nothing that starts between any two of its calls", async () => {
    for (let call = 0; call < 12; call++) {
      world = new World();
      let calls = 0;
      world.before = () => {
        if (calls++ !== call) return;
        world.task(`poll-${call}`, world.execution("poll-job", `poll-${call}`, "RUNNING", 0), EXIT, { age: 0 });
        world.task(`callback-${call}`, world.execution("callback-job", `callback-${call}`, "RUNNING", 0), callback("c"), { age: 0 });
        world.task(`record-${call}`, "e", recordOf(`job-${call}`), { age: 0 });
      };
      await world.handler(table)({});
      assert.deepEqual(world.effects, [], `at call ${call}`);
    }
  });

  it("is harmless when an execution moves between two lists: it is read again by itself", async () => {
    const arn = world.execution("poll-job", "resumed", "PAUSED");
    world.task("resumed", arn, EXIT);
    let lists = 0;
    world.before = (operation) => {
      // Between the lists of paused and running executions, so that it is in none of them.
      if (operation === "List" && ++lists === 3) world.executions[0]!.status = "RUNNING";
    };
    await world.handler(table)({});
    assert.deepEqual(world.effects, []);
    assert.equal(world.requests.filter(({ operation }) => operation === "Get").length, 1);
  });

  it("makes at most 5 calls in any second, with 5,000 open executions, and none for what is well", async () => {
    for (let index = 0; index < 2_500; index++) {
      world.task(`p${index}`, world.execution("poll-job", `p${index}`), EXIT);
      world.task(`c${index}`, world.execution("callback-job", `c${index}`), callback(`c${index}`));
    }
    await world.handler(table)({});
    const counts = Map.groupBy(world.requests, ({ operation }) => operation);
    // Three functions, three statuses, 1,000 executions a page; 100 tasks a page.
    assert.deepEqual(Object.fromEntries([...counts].map(([operation, requests]) => [operation, requests.length])), { List: 9 + 4, ListTasks: 50, DescribeTasks: 50 });
    const times = world.requests.map(({ at }) => at);
    for (const [index, at] of times.entries()) assert.ok((times[index + 5] ?? Infinity) - at >= 1000 - 1e-6, `${index}: ${at}`);
    assert.deepEqual(world.effects, []);
  });

  it("counts its retries among the calls, and stops by an error when AWS refuses it", async () => {
    world.before = () => {
      throw Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException", $retryable: { throttling: true }, $metadata: {} });
    };
    await assert.rejects(world.handler(table)({}));
    assert.ok(world.requests.length > 1);
    const times = world.requests.map(({ at }) => at);
    for (const [index, at] of times.entries()) assert.ok((times[index + 1] ?? Infinity) - at >= 200 - 1e-6);
  });
});
