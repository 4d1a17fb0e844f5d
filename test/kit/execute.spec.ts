import assert from "node:assert/strict";
import { CallbackTimeoutError } from "@aws/durable-execution-sdk-js";
import { execute } from "./execute.ts";
import { openShop, workflow } from "./shop.ts";

const patient = (name: string) =>
  workflow(async (context) => {
    const [answered] = await context.createCallback(name, { timeout: { days: 30 }, heartbeatTimeout: { days: 3 } });
    try {
      return await answered;
    } catch (error) {
      return error instanceof CallbackTimeoutError ? error.cause?.name : "failed";
    }
  });

describe("An execution of a unit test", () => {
  it("waits for a callback until the world completes it", async () => {
    const { result } = await execute(patient("approval"), {}, openShop);
    assert.equal(result, '"approved"');
  });

  it("passes the time-out of a callback that nobody completes at once", async () => {
    const { result, operations } = await execute(patient("answer"), {}, openShop);
    assert.equal(result, '"Callback.Heartbeat"');
    const [callback] = operations;
    assert.equal(callback!.endedAt! - callback!.startedAt, 3 * 86_400_000);
  });

  it("shows its effects, with the operation that had them", async () => {
    const { effects } = await execute(workflow((context, shop) => context.step("charge", () => shop.charge("pear", "token"))), {}, openShop);
    assert.deepEqual(effects, [{ name: "payments.charge", token: "token", parameters: '{"order":"pear"}', operation: 'step "charge"' }]);
  });
});
