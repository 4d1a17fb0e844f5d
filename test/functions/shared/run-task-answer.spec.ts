import { ECSClient } from "@aws-sdk/client-ecs";
import assert from "node:assert/strict";
import { judgeError, judgeResponse, type RunTaskAnswer } from "../../../functions/shared/run-task-answer.ts";
import { describeTask, stopTask } from "../../../functions/shared/task.ts";
import { isTransient } from "../../../functions/shared/retry.ts";
import { awsError, scripted } from "../scripted-client.ts";
import { taskEnvironment } from "../task-environment.ts";

type Kind = RunTaskAnswer["kind"];

/** What botocore's model of ECS lists for RunTask, and what every operation may answer beside. */
const ERRORS: readonly [Kind, string, number, string?][] = [
  ["permanent", "AccessDeniedException", 400],
  ["permanent", "BlockedException", 400],
  ["permanent", "ClusterNotFoundException", 400],
  ["permanent", "PlatformUnknownException", 400],
  ["permanent", "PlatformTaskDefinitionIncompatibilityException", 400],
  ["permanent", "UnsupportedFeatureException", 400],
  ["permanent", "ClientException", 400, "TaskDefinition not found."],
  ["permanent", "ClientException", 400, "The capacity provider FARGATE_SPOT is not associated with the cluster."],
  ["permanent", "ClientException", 400, "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/task'."],
  ["permanent", "InvalidParameterException", 400, "Container Overrides length must be at most 8192"],
  ["permanent", "ValidationException", 400],
  ["permanent", "UnrecognizedClientException", 400],
  ["refused", "ClientException", 400, "You've reached the limit on the number of tasks that can be in the PROVISIONING state."],
  ["refused", "ClientException", 400, "Capacity is unavailable at this time. Please try again later or in a different availability zone"],
  ["refused", "InvalidParameterException", 400, "Error retrieving subnet information: Rate exceeded (ErrorCode: Throttling)"],
  ["refused", "InvalidParameterException", 400, "Error retrieving security group information: Request limit exceeded. (ErrorCode: RequestLimitExceeded)"],
  ["refused", "LimitExceededException", 400],
  ["refused", "ThrottlingException", 400, "Rate exceeded"],
  ["refused", "TooManyRequestsException", 429],
  ["unknown", "ServerException", 500],
  ["unknown", "ServiceUnavailableException", 503],
  ["unknown", "InternalFailure", 502],
  ["unknown", "TimeoutError", 0],
  ["conflict", "ConflictException", 400],
];

describe("A RunTask call", () => {
  for (const [kind, name, status, message] of ERRORS) {
    it(`that throws ${name}${message === undefined ? "" : ` (${message.slice(0, 40)}…)`} is ${kind}`, () => {
      assert.equal(judgeError(awsError(name, status, message)).kind, kind);
    });
  }

  for (const code of ["ECONNRESET", "ETIMEDOUT", "EPIPE", "ENOTFOUND"]) {
    it(`whose connection fails with ${code} is unknown`, () => {
      assert.equal(judgeError(Object.assign(new Error(code), { code })).kind, "unknown");
    });
  }

  const failures: readonly [Kind, string][] = [
    ["refused", "RESOURCE:CPU"],
    ["refused", "RESOURCE:ENI"],
    ["refused", "AGENT"],
    ["refused", "Capacity is unavailable at this time. Please try again later or in a different availability zone"],
    ["refused", "You’ve reached the limit on the number of vCPUs you can run concurrently"],
    ["refused", "You’ve reached the limit on the number of tasks you can run concurrently"],
    ["refused", "ECS has encountered an internal error"],
    ["permanent", "ATTRIBUTE"],
    ["permanent", "MISSING"],
    ["permanent", "INACTIVE"],
    ["permanent", "The requested vCPU configuration is above your limit"],
    ["permanent", "something new"],
  ];
  for (const [kind, reason] of failures) {
    it(`that answers the failure "${reason}" is ${kind}`, () => {
      const answer = judgeResponse({ tasks: [], failures: [{ reason, detail: "why" }] });
      assert.deepEqual(answer, { kind, reason: `${reason}: why` });
    });
  }

  it("that answers a task is started, and one that answers nothing is unknown", () => {
    assert.deepEqual(judgeResponse({ tasks: [{ taskArn: "arn" }] }), { kind: "started", taskArn: "arn" });
    assert.equal(judgeResponse({}).kind, "unknown");
    assert.equal(judgeResponse({ tasks: [], failures: [] }).kind, "unknown");
  });

  it("names the tasks of a conflict", () => {
    const conflict = Object.assign(awsError("ConflictException", 400), { resourceIds: ["arn"] });
    assert.deepEqual(judgeError(conflict), { kind: "conflict", taskArns: ["arn"], reason: "ConflictException: ConflictException" });
  });
});

/** What botocore's model of ECS lists for DescribeTasks and StopTask, and throttling. */
const OF_CONTROL: readonly [again: boolean, name: string, status: number][] = [
  [false, "AccessDeniedException", 400],
  [false, "ClientException", 400],
  [false, "ClusterNotFoundException", 400],
  [false, "InvalidParameterException", 400],
  [true, "ServerException", 500],
  [true, "ThrottlingException", 400],
];

describe("DescribeTasks and StopTask", () => {
  for (const [again, name, status] of OF_CONTROL) {
    it(`${again ? "are repeated" : "fail"} after ${name}`, async () => {
      const ecs = scripted(new ECSClient({ region: "eu-central-1" }), () => {
        throw awsError(name, status);
      });
      for (const call of [describeTask(ecs, taskEnvironment, "task"), stopTask(ecs, "cluster", "task", "reason")]) {
        await assert.rejects(call, (error: Error) => error.name === name && isTransient(error) === again);
      }
    });
  }
});
