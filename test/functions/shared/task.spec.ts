import { ECSClient } from "@aws-sdk/client-ecs";
import assert from "node:assert/strict";
import { stopTask } from "../../../functions/shared/task.ts";
import { awsError, scripted } from "../scripted-client.ts";

describe("a task", () => {
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
