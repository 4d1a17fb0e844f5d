import "../environment.ts";
import assert from "node:assert/strict";
import * as z from "zod";
import { createHandler as dispatchJob } from "../../../functions/dispatch-job/handler.ts";
import { createHandler as pollJob } from "../../../functions/poll-job/handler.ts";
import { JOB_NAMES } from "../../../functions/shared/declared-jobs.ts";
import { environmentOf } from "../../../functions/shared/job-environment.ts";
import { jobRequest, jobRequestParser } from "../../../functions/shared/job-request.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";
import { startTask } from "../../../functions/shared/start-task.ts";
import { exited, FakeEcs } from "../fake-ecs.ts";
import { TABLE_NAME, TestJobTable } from "../job-table.ts";
import { taskEnvironment } from "../task-environment.ts";

const environment = { ...taskEnvironment, JOB_MAX_ATTEMPTS: 2, JOB_TABLE_NAME: TABLE_NAME, JOB_RECORD_TTL_DAYS: 30 };
const rows = ["tea,3", "coffee,2"];
const totals = { job: "totals", input: { rows } };

describe("The input of the job workflows", () => {
  const parse = jobRequestParser(3600);
  const fault = (event: unknown) => {
    try {
      parse(event);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("is for any declared job, and without a job for the sample", () => {
    assert.deepEqual(parse(totals), totals);
    const input = { message: "hello", processingTime: 5 };
    assert.deepEqual(parse(input), { job: "sample", input });
    assert.deepEqual(parse({ job: "sample", input }), { job: "sample", input });
  });

  it("is refused by the path of each wrong field, in the form that was meant", () => {
    assert.match(fault({ job: "total", input: {} }), new RegExp(`^job: must be one of ${JOB_NAMES.join(", ")}$`));
    assert.match(fault({ job: "totals", input: { rows: [], pause: -1, colour: "red" } }), /^input\.rows: .*; input\.pause: .*; input\.colour: unknown field$/);
    assert.match(fault({ job: "totals" }), /^input: /);
    assert.match(fault({ message: "", processingTime: 3601 }), /^message: .*; processingTime: Too big/);
    assert.match(fault({ job: "sample", input: { message: "m", processingTime: 3601 } }), /^input\.processingTime: Too big/);
    assert.match(fault({ job: "totals", input: { rows: Array.from({ length: 100 }, () => "\u0001".repeat(256)) } }), /^input\.rows\.\d+: \d+ bytes too long/);
    assert.match(fault("text"), /^\(input\): /);
  });

  it("has a JSON Schema that takes what is taken, and refuses what is refused", () => {
    const schema = z.fromJSONSchema(z.toJSONSchema(jobRequest(3600), { io: "input" }));
    for (const good of [totals, { message: "hello", processingTime: 5 }]) assert.ok(schema.safeParse(good).success, JSON.stringify(good));
    for (const bad of [{ job: "total", input: {} }, { job: "totals", input: { rows: [] } }, { message: "hello" }]) assert.ok(!schema.safeParse(bad).success, JSON.stringify(bad));
  });
});

describe("A declared job", () => {
  useDurableRunner({ skipTime: true });
  const table = TestJobTable.use();

  it("runs as a task of its own task definition, with its input as it maps it and its own limit", async () => {
    const ecs = new FakeEcs(() => exited(0));
    const result = await execute(pollJob({ ecs: ecs.client, environment }), totals);
    assert.equal(result.getStatus(), "SUCCEEDED");
    const { taskDefinition, overrides } = ecs.calls.find(({ operation }) => operation === "RunTask")!.input as { taskDefinition: string; overrides: { containerOverrides: { command: string[] }[] } };
    assert.equal(taskDefinition, environment.JOBS["totals"]);
    assert.deepEqual(overrides.containerOverrides[0]!.command, ["0"]);
    const { ROWS, JOB_NAME, JOB_REPORTS, JOB_INPUT, JOB_TIME_LIMIT_SECONDS } = ecs.tasks[0]!.environment;
    assert.deepEqual([ROWS, JOB_NAME, JOB_REPORTS, JOB_INPUT, JOB_TIME_LIMIT_SECONDS], ["tea,3\ncoffee,2", "totals", "exit", undefined, "3600"]);
  });

  it("keeps its name in its record, and is itself when it runs again", async () => {
    const ecs = new FakeEcs();
    const handler = dispatchJob({ ecs: ecs.client, dynamodb: table.client, environment });
    const { jobId } = (await execute(handler, totals)).getResult() as { jobId: string };
    const record = await table.get(jobId);
    assert.deepEqual([record!["job"], record!["input"]], ["totals", { rows }]);
    await table.put({ ...record, status: "FAILED" });
    assert.equal((await execute(handler, { retryOf: jobId })).getStatus(), "SUCCEEDED");
    assert.deepEqual([ecs.tasks[1]!.environment["JOB_NAME"], ecs.tasks[1]!.environment["JOB_ATTEMPT"]], ["totals", "2"]);
    await table.put({ ...record, status: "FAILED", job: "gone" });
    assert.equal(assertFailed(await execute(handler, { retryOf: jobId }), "InvalidInput"), `retryOf: job ${jobId} is one of gone, which is not declared any more`);
  });

  it("waits as for capacity while it has as many tasks as it declares", async () => {
    const others = Array.from({ length: 10 }, (_, index) => `arn:aws:ecs:eu-central-1:111122223333:task/jobs/other-${index}`);
    const ecs = new FakeEcs(() => exited(0));
    let counted = 0;
    ecs.answer = (operation, _call, input) => {
      if (operation !== "ListTasks" || input["family"] === undefined) return undefined;
      assert.deepEqual([input["family"], input["desiredStatus"]], ["totals", "RUNNING"]);
      counted += 1;
      return { taskArns: counted < 3 ? others : others.slice(1) };
    };
    const result = await execute(pollJob({ ecs: ecs.client, environment }), totals);
    assert.equal(result.getStatus(), "SUCCEEDED");
    assert.equal(ecs.tasks.length, 1);
    assert.equal(result.getOperations().filter((operation) => operation.getName() === "await-capacity").length, 2);
  });

  it("may exceed its most tasks by those that start at the same time, and by no later one", async () => {
    const ecs = new FakeEcs();
    ecs.answer = (operation, _call, input) =>
      operation === "ListTasks" && input["family"] !== undefined ? { taskArns: ecs.tasks.map(({ taskArn }) => taskArn) } : undefined;
    const start = (id: string) =>
      startTask(ecs.client, { ...environmentOf(environment, "totals"), MAX_TASKS: 2 }, {
        executionArn: `arn:aws:lambda:eu-central-1:111122223333:function:f:1/durable-execution/${id}/${id}`,
        attempt: 1,
        job: "totals",
        input: { rows },
        report: { to: "exit" },
        tryNumber: 1,
        first: true,
        open: true,
      });
    const together = await Promise.all(["a", "b", "c"].map(start));
    assert.deepEqual(together.map(({ kind }) => kind), ["started", "started", "started"]);
    const later = await start("d");
    assert.equal(later.kind === "refused" && later.reason, "The job totals has 2 tasks already, the most that it declares (maxTasks)");
    ecs.tasks.splice(0, 2);
    assert.equal((await start("e")).kind, "started");
  });
});
