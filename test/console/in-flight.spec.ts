import * as assert from "node:assert/strict";
import { allInvocations } from "../../local/console/execution-view.ts";
import { ExecutionBrowser } from "../../local/durable/browse.ts";
import type { InvocationOutcome } from "../../local/lambda/function-version.ts";
import { identity, World } from "../local/durable/world.ts";

describe("The invocations of an execution", () => {
  it("include the one in flight, whose log lines carry its request id", async () => {
    const world = new World();
    const executions = new ExecutionBrowser({ store: world.store, identity });
    const called = Promise.withResolvers<string>();
    const answer = Promise.withResolvers<InvocationOutcome>();
    world.raw("slow", (_event, requestId) => {
      called.resolve(requestId);
      return answer.promise;
    });
    const arn = await world.begin("slow");
    const requestId = await called.promise;
    const shown = () => {
      const row = executions.byExecutionId(arn.slice(arn.lastIndexOf("/") + 1))!;
      return allInvocations({ engine: world.engine, executions }, row, executions.events(row.id)).map((each) => [each.requestId, each.endedAt !== undefined]);
    };
    assert.deepEqual(shown(), [[requestId, false]]);
    answer.resolve({ kind: "response", payload: JSON.stringify({ Status: "SUCCEEDED", Result: "1" }) });
    await world.idle();
    assert.deepEqual(shown(), [[requestId, true]]);
    world.close();
  });
});
