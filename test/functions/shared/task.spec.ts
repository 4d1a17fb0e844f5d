import { ECSClient } from "@aws-sdk/client-ecs";
import assert from "node:assert/strict";
import { startTask, stopTask } from "../../../functions/shared/task.ts";
import { awsError, scripted } from "../scripted-client.ts";
import { taskEnvironment } from "../task-environment.ts";

const request = { executionArn: "arn/1", attempt: 1, input: { message: "hello", processingTime: 1 }, report: { to: "exit" } } as const;

describe("a task", () => {
  const start = (answer: object) => startTask(scripted(new ECSClient({ region: "eu-central-1" }), () => answer), taskEnvironment, request);

  for (const reason of ["RESOURCE:CPU", "RESOURCE:ENI", "Capacity is unavailable at this time. Please try again later or in a different availability zone"]) {
    it(`may find room later after "${reason}"`, async () => {
      await assert.rejects(start({ tasks: [], failures: [{ reason }] }), { name: "CapacityUnavailable", message: new RegExp(reason.slice(0, 12)) });
    });
  }

  it("is refused for good for any other reason", async () => {
    await assert.rejects(start({ failures: [{ reason: "AGENT", detail: "disconnected" }] }), { name: "TaskRefused", message: /AGENT: disconnected/ });
    await assert.rejects(start({}), { name: "TaskRefused" });
  });

  const stop = (answer: () => object) => stopTask(scripted(new ECSClient({ region: "eu-central-1" }), answer), "cluster", "task", "reason");

  it("counts as stopped when ECS has forgotten it", async () => {
    const result = await stop(() => {
      throw awsError("InvalidParameterException", 400, "The referenced task was not found.");
    });
    assert.deepEqual(result, { started: true });
  });

  it("is known to have started, or not, when it is stopped", async () => {
    assert.deepEqual(await stop(() => ({ task: { startedAt: new Date() } })), { started: true });
    assert.deepEqual(await stop(() => ({ task: {} })), { started: false });
  });
});
