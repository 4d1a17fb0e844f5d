import { DescribeTasksCommand, ECSClient } from "@aws-sdk/client-ecs";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { taskClientConfiguration } from "../../../functions/shared/clients.ts";
import { judgeError } from "../../../functions/shared/run-task-answer.ts";

describe("A client that starts and follows tasks", function () {
  this.timeout(60_000);

  it("gives up a service that accepts and never answers before the shortest heartbeat time-out, as an unknown outcome", async () => {
    let requests = 0;
    const silent = createServer(() => (requests += 1)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const ecs = new ECSClient({ ...taskClientConfiguration, region: "eu-central-1", endpoint, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
    const began = performance.now();
    try {
      await assert.rejects(ecs.send(new DescribeTasksCommand({ tasks: ["task"] })), (error: Error) => judgeError(error).kind === "unknown");
      assert.equal(requests, 2);
      assert.ok(performance.now() - began < 15_000);
    } finally {
      ecs.destroy();
      silent.closeAllConnections();
      silent.close();
    }
  });
});
