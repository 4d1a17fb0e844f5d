import "../environment.ts";
import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import assert from "node:assert/strict";
import { createHandler, type DispatchJobResult } from "../../../functions/dispatch-job/handler.ts";
import { JobTable } from "../../../functions/shared/job-record.ts";
import { assertFailed, execute, useDurableRunner } from "../durable-runner.ts";
import { FakeEcs } from "../fake-ecs.ts";
import { TABLE_NAME, TestJobTable } from "../job-table.ts";
import { awsError, scripted } from "../scripted-client.ts";
import { taskEnvironment } from "../task-environment.ts";

const environment = { ...taskEnvironment, JOB_TABLE_NAME: TABLE_NAME, JOB_RECORD_TTL_DAYS: 30 };
const input = { message: "hello", processingTime: 5 };

describe("dispatch-job", () => {
  // Real time: fake timers would hold up the table's connections.
  useDurableRunner({ skipTime: false });
  const table = TestJobTable.use();
  const handlerFor = (ecs: FakeEcs) => createHandler({ ecs: ecs.client, dynamodb: table.client, environment });
  const dispatch = async (ecs: FakeEcs, payload: unknown = input) => {
    const result = (await execute<DispatchJobResult>(handlerFor(ecs), payload)).getResult();
    assert.ok(result);
    return result;
  };

  it("records the job, starts its task and answers without waiting for it", async () => {
    const ecs = new FakeEcs();
    const { jobId, taskArn, status } = await dispatch(ecs);
    assert.equal(status, "DISPATCHED");
    assert.equal(taskArn, ecs.tasks[0]!.taskArn);
    assert.equal(ecs.tasks[0]!.environment["REPORT_TO"], "record");
    assert.equal(ecs.tasks[0]!.environment["JOB_ID"], jobId);

    const { executionArn, createdAt, updatedAt, expiresAt, ...record } = (await table.get(jobId))!;
    assert.deepEqual(record, { jobId, status: "STARTING", open: "open", job: "sample", input, attempt: 1, taskArn });
    assert.ok(String(executionArn).endsWith(ecs.tasks[0]!.startedBy));
    assert.ok(String(updatedAt) >= String(createdAt));
    assert.equal(expiresAt, Math.floor(Date.parse(String(createdAt)) / 1000) + 30 * 86_400);
  });

  it("makes a job of its own for every execution", async () => {
    const ecs = new FakeEcs();
    const [first, second] = [await dispatch(ecs), await dispatch(ecs)];
    assert.notEqual(first.jobId, second.jobId);
    assert.equal(ecs.tasks.length, 2);
  });

  it("leaves the status alone that a fast job has written already", async () => {
    const ecs = new FakeEcs();
    ecs.client.middlewareStack.add(
      (next) => async (args) => {
        const output = await next(args);
        await new JobTable(table.client, TABLE_NAME).setSucceeded(ecs.tasks[0]!.environment["JOB_ID"]!, 1, { answer: 42 });
        return output;
      },
      { step: "initialize", priority: "high", name: "fast-job" },
    );
    const { jobId, taskArn } = await dispatch(ecs);
    const record = await table.get(jobId);
    assert.equal(record!["status"], "SUCCEEDED");
    assert.deepEqual(record!["result"], { answer: 42 });
    assert.equal(record!["taskArn"], taskArn);
  });

  it("closes the record when no task could be started", async () => {
    const ecs = new FakeEcs();
    ecs.before = () => {
      throw awsError("AccessDeniedException", 400, "no ecs:RunTask");
    };
    const execution = await execute(handlerFor(ecs), input);
    assertFailed(execution, "AccessDeniedException");
    const recorded = execution.getOperations()[0]!.getStepDetails()!.result as { jobId: string };
    const record = await table.get(recorded.jobId);
    assert.equal(record!["status"], "FAILED");
    assert.deepEqual(record!["error"], { errorType: "AccessDeniedException", errorMessage: "no ecs:RunTask" });
  });

  it("starts no task when the job cannot be recorded", async () => {
    const ecs = new FakeEcs();
    const dynamodb = scripted(new DynamoDBClient({}), () => {
      throw awsError("ResourceNotFoundException", 400);
    });
    assertFailed(await execute(createHandler({ ecs: ecs.client, dynamodb, environment }), input), "ResourceNotFoundException");
    assert.equal(ecs.calls.length, 0);
  });

  it("runs a FAILED job again, as its next attempt and without the old error", async () => {
    const ecs = new FakeEcs();
    const { jobId } = await dispatch(ecs);
    await new JobTable(table.client, TABLE_NAME).setFailed(jobId, 1, { errorType: "JobLost", errorMessage: "host gone" });

    const again = await dispatch(ecs, { retryOf: jobId });
    assert.equal(again.jobId, jobId);
    const record = await table.get(jobId);
    assert.deepEqual([record!["status"], record!["attempt"], record!["taskArn"], record!["error"]], ["STARTING", 2, again.taskArn, undefined]);
    assert.deepEqual(JSON.parse(ecs.tasks[1]!.environment["JOB_INPUT"]!), input);
    assert.equal(ecs.tasks[1]!.environment["JOB_ATTEMPT"], "2");
  });

  it("lets the record of a job that runs again live as long as a new one", async () => {
    const jobId = "nearly-expired";
    const expiresAt = Math.floor(Date.now() / 1000) + 86_400;
    await table.put({ jobId, status: "FAILED", attempt: 1, executionArn: "earlier", updatedAt: new Date().toISOString(), input, expiresAt });
    await dispatch(new FakeEcs(), { retryOf: jobId });
    assert.ok(Number((await table.get(jobId))!["expiresAt"]) >= expiresAt + 28 * 86_400);
  });

  it("starts no task for a job whose record was closed before it was written", async () => {
    const ecs = new FakeEcs();
    let closed: object = {};
    const dynamodb = scripted(new DynamoDBClient({}), (operation, { Item }) => {
      if (operation === "GetItem") return { Item: closed };
      closed = { ...(Item as object), status: { S: "FAILED" } };
      throw new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {} });
    });
    assertFailed(await execute(createHandler({ ecs: ecs.client, dynamodb, environment }), input), "JobFailed");
    assert.equal(ecs.count("RunTask"), 0);
  });

  it("does not open a job twice when the step is repeated after its write", async () => {
    const ecs = new FakeEcs();
    const { jobId } = await dispatch(ecs);
    await new JobTable(table.client, TABLE_NAME).setFailed(jobId, 1, { errorType: "JobLost", errorMessage: "host gone" });
    let updates = 0;
    table.client.middlewareStack.add(
      (next, context) => async (args) => {
        const output = await next(args);
        updates += context["commandName"] === "UpdateItemCommand" ? 1 : 0;
        if (updates === 1) {
          updates += 1;
          throw awsError("InternalServerError", 500);
        }
        return output;
      },
      { step: "initialize", name: "answer-lost" },
    );
    try {
      await dispatch(ecs, { retryOf: jobId });
    } finally {
      table.client.middlewareStack.remove("answer-lost");
    }
    assert.equal((await table.get(jobId))!["attempt"], 2);
    assert.equal(ecs.tasks.length, 2);
  });

  it("does not run a job again that has not failed, or that nobody knows", async () => {
    const ecs = new FakeEcs();
    const { jobId } = await dispatch(ecs);
    assert.match(assertFailed(await execute(handlerFor(ecs), { retryOf: jobId }), "InvalidInput"), /is STARTING/);
    assert.match(assertFailed(await execute(handlerFor(ecs), { retryOf: "nobody" }), "InvalidInput"), /there is no job nobody/);
    assert.equal(ecs.tasks.length, 1);
  });

  it("does not open a job whose recorded input has become too long for a task", async () => {
    const ecs = new FakeEcs();
    const records = new JobTable(table.client, TABLE_NAME);
    const long = { message: "\u0001".repeat(1024), processingTime: 1 };
    await records.create({ jobId: "long", job: "sample", input: long, executionArn: "arn/1", ttlDays: 30 });
    await records.setFailed("long", 1, { errorType: "JobLost", errorMessage: "host gone" });
    assert.match(assertFailed(await execute(handlerFor(ecs), { retryOf: "long" }), "InvalidInput"), /^message: \d+ bytes too long/);
    assert.deepEqual([(await table.get("long"))!["status"], ecs.calls.length], ["FAILED", 0]);
  });

  it("takes a job or the id of one, and nothing else", async () => {
    const ecs = new FakeEcs();
    assert.match(assertFailed(await execute(handlerFor(ecs), { retryOf: "x", message: "hello" }), "InvalidInput"), /message: unknown field/);
    assert.match(assertFailed(await execute(handlerFor(ecs), { message: "hello" }), "InvalidInput"), /processingTime: /);
  });
});
