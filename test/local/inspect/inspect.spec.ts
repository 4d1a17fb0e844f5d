import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { followExecution, startExecution } from "../../../operator/follow.ts";
import { PROJECT, UsedStack } from "../use-stack.ts";
import { DebuggerClient } from "./debugger-client.ts";

/** An invocation times out after 5 s, a callback without heartbeats after 3 s, and an execution of math after 75 s. */
const SPEED = 12;
/** With 90, longer than all of them. */
const HELD_SECONDS = Number(process.env.INSPECT_HELD_SECONDS ?? 8);
const quiet = () => undefined;

describe("A debugger", function () {
  this.timeout((HELD_SECONDS + 120) * 1000);
  const used = UsedStack.use({ speed: SPEED, inspect: { names: ["math", "sample"], firstPort: 0 } });
  const attach = (name: string) => DebuggerClient.attach(used.stack.inspectPorts.find((each) => each.name === name)!);

  it("holds a handler at a line of its TypeScript source for longer than its time-outs, and the execution succeeds", async () => {
    using client = await attach("math");
    const executionArn = await startExecution(used.context, "math", { num1: 10, num2: 5 });
    await client.stopAt(join(PROJECT, "functions/math/handler.ts"), "const batch = await context.parallel(");
    await sleep(HELD_SECONDS * 1000);
    await client.resume();
    const { status, error, events } = await followExecution(used.context, executionArn, quiet);
    assert.equal(status, "SUCCEEDED", error?.message);
    assert.deepEqual(events.filter(({ InvocationCompletedDetails: ended }) => ended?.Error?.Payload !== undefined), []);
  });

  it("holds a job at a line of its TypeScript source for longer than its heartbeat time-out, and the execution succeeds", async () => {
    using client = await attach("sample");
    const executionArn = await startExecution(used.context, "callbackJob", { message: "held", processingTime: 1 });
    await client.stopAt(join(PROJECT, "container/sample/work.ts"), "const end = performance.now()");
    await sleep(HELD_SECONDS * 1000);
    await client.resume();
    const { status, error, result } = await followExecution(used.context, executionArn, quiet);
    assert.equal(status, "SUCCEEDED", error?.message);
    assert.match(JSON.stringify(result), /"held"/);
  });
});
