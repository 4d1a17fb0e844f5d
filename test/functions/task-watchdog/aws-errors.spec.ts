import "../environment.ts";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { marshall } from "@aws-sdk/util-dynamodb";
import assert from "node:assert/strict";
import { createHandler } from "../../../functions/task-watchdog/handler.ts";
import { exited, FakeEcs, interrupted } from "../fake-ecs.ts";
import { TABLE_NAME } from "../job-table.ts";
import { awsError, scripted } from "../scripted-client.ts";
import { CLUSTER_ARN, DISPATCH_JOB_ARN, EXECUTION_ARN, executionEvent, taskEvent } from "./watchdog.ts";

const DISPATCHED = `${DISPATCH_JOB_ARN.replace(/:live$/, ":1")}/durable-execution/name/job-1`;
const RECORD = { REPORT_TO: "record", JOB_ID: "job-1" };

const durable = ["InvalidParameterValueException", "ServiceException", "TooManyRequestsException", "ResourceNotFoundException"];
const kms = ["KMSAccessDeniedException", "KMSDisabledException", "KMSInvalidStateException", "KMSNotFoundException"];
const ecs = ["AccessDeniedException", "ServerException", "InvalidParameterException", "ClientException", "ClusterNotFoundException"];
const reads = ["ProvisionedThroughputExceededException", "ResourceNotFoundException", "RequestLimitExceeded", "InternalServerError", "ThrottlingException"];
const writes = [...reads, "ConditionalCheckFailedException", "ItemCollectionSizeLimitExceededException", "TransactionConflictException", "ReplicatedWriteConflictException"];

interface Call {
  /** Errors by the models of botocore 1.44.8. */
  readonly errors: readonly string[];
  /** Errors after which nothing is left to do. After any other the event comes again, and is in the dead-letter queue in the end. */
  readonly settled: readonly string[];
  /** An event that leads to the call. */
  readonly event: object;
}

/** Every call of the watchdog. */
const CALLS: Readonly<Record<string, Call>> = {
  GetDurableExecution: { errors: [...durable, ...kms], settled: ["ResourceNotFoundException"], event: taskEvent({ lastStatus: "RUNNING" }, { REPORT_TO: "exit" }) },
  SendDurableExecutionCallbackFailure: {
    errors: [...durable, ...kms, "CallbackTimeoutException"],
    settled: ["CallbackTimeoutException", "ResourceNotFoundException"],
    event: taskEvent(exited(3), { REPORT_TO: "callback", CALLBACK_ID: "id" }),
  },
  Invoke: {
    // Of its 44, those that a durable function without a VPC, file system, SnapStart or container image can meet.
    errors: [...durable, ...kms, "DurableExecutionAlreadyStartedException", "RecursiveInvocationException", "RequestTooLargeException", "ResourceConflictException", "ResourceNotReadyException", "ServiceQuotaExceededException"],
    settled: ["DurableExecutionAlreadyStartedException"],
    event: taskEvent(interrupted, RECORD),
  },
  ListTasks: { errors: [...ecs, "ServiceNotFoundException"], settled: [], event: executionEvent("STOPPED") },
  StopTask: { errors: ecs, settled: [], event: executionEvent("STOPPED") },
  GetItem: { errors: reads, settled: [], event: taskEvent({ lastStatus: "RUNNING" }, RECORD) },
  PutItem: { errors: writes, settled: ["ConditionalCheckFailedException"], event: executionEvent("STOPPED", DISPATCHED) },
  UpdateItem: { errors: writes, settled: ["ConditionalCheckFailedException"], event: taskEvent(exited(3), RECORD) },
};

describe("an error that answers a call of task-watchdog", () => {
  const record = marshall({ jobId: "job-1", status: "FAILED", attempt: 1, executionArn: EXECUTION_ARN, updatedAt: "", input: { message: "m", processingTime: 0 }, error: { errorType: "JobLost", errorMessage: "lost" } });

  function watchdog(failing: string, error: Error) {
    let called = false;
    const answers: Readonly<Record<string, object>> = { GetDurableExecution: { Status: "STOPPED", InputPayload: '{"message":"m","processingTime":0}' }, GetItem: { Item: record } };
    const answer = (operation: string) => {
      if (operation === failing) {
        called = true;
        throw error;
      }
      return answers[operation] ?? {};
    };
    const fakeEcs = new FakeEcs();
    fakeEcs.tasks.push({ taskArn: "task", startedBy: "execution-1", environment: {}, lastStatus: "RUNNING" });
    fakeEcs.before = (operation) => void answer(operation);
    const handler = createHandler({
      ecs: fakeEcs.client,
      lambda: scripted(new LambdaClient({}), answer),
      dynamodb: scripted(new DynamoDBClient({}), answer),
      environment: { CLUSTER_ARN, JOB_TABLE_NAME: TABLE_NAME, DISPATCH_JOB_ARN, JOB_MAX_ATTEMPTS: 3, JOB_RECORD_TTL_DAYS: 30 },
      log: () => undefined,
    });
    return { handler, wasCalled: () => called };
  }

  for (const [operation, { errors, settled, event }] of Object.entries(CALLS)) {
    for (const name of errors) {
      it(`${settled.includes(name) ? "settles the event" : "brings the event again"}: ${operation}, ${name}`, async () => {
        const { handler, wasCalled } = watchdog(operation, toError(name));
        if (settled.includes(name)) await handler(event);
        else await assert.rejects(handler(event), { name });
        assert.ok(wasCalled());
      });
    }
  }

  it("settles the event: StopTask, a task that ECS no longer knows", async () => {
    const { handler, wasCalled } = watchdog("StopTask", awsError("InvalidParameterException", 400, "The referenced task was not found."));
    await handler(executionEvent("STOPPED"));
    assert.ok(wasCalled());
  });
});

function toError(name: string): Error {
  return awsError(name, /^(Internal|Server|Service)/.test(name) || name.startsWith("KMS") ? 500 : 400);
}
