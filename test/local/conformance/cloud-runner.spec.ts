import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { CloudDurableTestRunner, WaitingOperationStatus } from "@aws/durable-execution-sdk-js-testing";
import { startStack, type RunningStack } from "../../../local/stack.ts";

describe("AWS's own CloudDurableTestRunner, against the program's functions", function () {
  this.timeout(60_000);

  let data: string;
  let stack: RunningStack;
  let lambda: LambdaClient;

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "stack-"));
    const projectFolder = resolve(import.meta.dirname, "../../..");
    stack = await startStack({ projectFolder, stack: "dev", dataFolder: data, port: 0, speed: 10, onFatal: (error) => assert.fail(error) });
    lambda = new LambdaClient(stack);
  });

  after(async () => {
    lambda.destroy();
    await stack.stop();
    rmSync(data, { recursive: true });
  });

  function runner(output: string, invocationType: "RequestResponse" | "Event" = "RequestResponse"): CloudDurableTestRunner {
    return new CloudDurableTestRunner({ functionName: String(stack.outputs[output]), client: lambda, config: { pollInterval: 50, invocationType } });
  }

  it("sees the branches of math and its answer", async () => {
    const execution = await runner("mathAliasArn").run({ payload: { num1: 10, num2: 5 } });
    assert.equal(execution.getStatus(), "SUCCEEDED");
    assert.partialDeepStrictEqual(execution.getResult(), { status: "SUCCEEDED", results: { add: 15, divide: 2 } });
    const names = execution.getOperations().map((operation) => operation.getName());
    for (const name of ["add", "subtract", "multiply", "divide"]) assert.ok(names.includes(name), `${name} of ${names.join(", ")}`);
  });

  it("sees the steps of a report and the wait between them", async () => {
    const report = runner("reportAliasArn");
    const execution = await report.run({ payload: {} });
    assert.equal(execution.getStatus(), "SUCCEEDED");
    assert.ok(report.getOperation("fetch").getStepDetails()?.result);
    const wait = execution.getOperations().find((operation) => operation.getType() === "WAIT");
    assert.equal(wait?.getWaitDetails()?.waitSeconds, 10);
    assert.equal(execution.getInvocations().length, 2);
  });

  it("sees why an execution failed", async () => {
    const execution = await runner("reportAliasArn").run({ payload: { scheduledTime: 1 } });
    assert.equal(execution.getStatus(), "FAILED");
    assert.equal(execution.getError().errorType, "InvalidInput");
    assert.match(execution.getError().errorMessage ?? "", /scheduledTime/);
  });

  it("follows a job that reports by callback", async () => {
    const callbackJob = runner("callbackJobAliasArn", "Event");
    const running = callbackJob.run({ payload: { message: "hello", processingTime: 1 } });
    const callback = callbackJob.getOperation("job-report");
    await callback.waitForData(WaitingOperationStatus.STARTED);
    assert.ok(callback.getCallbackDetails()?.callbackId);
    const execution = await running;
    assert.equal(execution.getStatus(), "SUCCEEDED");
    assert.partialDeepStrictEqual(execution.getResult(), { message: "hello" });
  });

  it("answers a callback itself", async () => {
    const callbackJob = runner("callbackJobAliasArn", "Event");
    const running = callbackJob.run({ payload: { message: "hello", processingTime: 600 } });
    const callback = callbackJob.getOperation("job-report");
    await callback.waitForData(WaitingOperationStatus.STARTED);
    await callback.sendCallbackSuccess('{"answered":"by the test"}');
    const execution = await running;
    assert.deepEqual(execution.getResult(), { answered: "by the test" });
  });
});
