import assert from "node:assert/strict";
import { World } from "./world.ts";

describe("A chained invoke through the engine", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
    world.durable("caller", async ({ target }: { target: string }, context) => context.invoke("call", target, { n: 20 }));
  });

  afterEach(() => world.close());

  async function call(target: string): Promise<string> {
    const arn = await world.begin("caller", { target });
    await world.idle();
    return arn;
  }

  const started = (arn: string): Record<string, unknown> =>
    (world.history(arn)[1] as unknown as { ChainedInvokeStartedDetails: Record<string, unknown> }).ChainedInvokeStartedDetails;

  it("of a durable function starts an execution of its own and resumes the caller with its result", async () => {
    world.durable("child", async ({ n }: { n: number }, context) => {
      await context.wait("w", { seconds: 3 });
      return n + 1;
    });
    const arn = await call("child:1");
    const childArn = started(arn).DurableExecutionArn as string;
    assert.match(childArn, /function:child:1\/durable-execution\//);
    assert.equal(started(arn).ExecutedVersion, "1");
    await world.pass(3);
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted", "ChainedInvokeStarted", "InvocationCompleted", "ChainedInvokeSucceeded", "InvocationCompleted", "ExecutionSucceeded",
    ]);
    assert.equal(world.get(arn).Result, "21");
    assert.equal(world.get(childArn).Status, "SUCCEEDED");
    assert.deepEqual(world.accessRequests, [{ action: "lambda:InvokeFunction", resource: "arn:aws:lambda:eu-west-1:000000000000:function:child:1" }]);
  });

  it("of a function that fails fails the caller with its error", async () => {
    world.durable("child", async () => Promise.reject(new TypeError("no such thing")));
    const arn = await call("child:1");
    const [failed] = world.history(arn).filter(({ EventType }) => EventType === "ChainedInvokeFailed") as unknown as { ChainedInvokeFailedDetails: { Error: { Payload: unknown } } }[];
    assert.deepEqual(failed!.ChainedInvokeFailedDetails.Error.Payload, { ErrorMessage: "no such thing", ErrorType: "TypeError" });
    assert.equal(world.get(arn).Status, "FAILED");
  });

  it("tells the caller that the execution it waits for was stopped", async () => {
    world.durable("child", async (_input, context) => context.wait("w", { seconds: 60 }));
    const arn = await call("child:1");
    world.engine.stopExecution(started(arn).DurableExecutionArn as string, {});
    await world.idle();
    assert.ok(world.eventTypes(arn).includes("ChainedInvokeStopped"));
    assert.equal(world.get(arn).Status, "FAILED");
  });

  it("of a plain function invokes it with the input itself", async () => {
    world.raw("plain", async (event) => ({ kind: "response", payload: JSON.stringify({ got: JSON.parse(event) as unknown }) }), { durable: undefined });
    const arn = await call("plain");
    assert.equal(world.get(arn).Result, '{"got":{"n":20}}');
    assert.equal(started(arn).DurableExecutionArn, undefined);
  });

  for (const [what, prepare, target, errorType] of [
    ["does not exist", () => undefined, "nobody:1", "ResourceNotFoundException"],
    ["is durable and named without a qualifier", () => world.raw("child", async () => Promise.reject(new Error("never"))), "child", "InvalidParameterValueException"],
    ["the caller's role may not invoke", () => {
      world.raw("child", async () => Promise.reject(new Error("never")));
      world.denied.add("arn:aws:lambda:eu-west-1:000000000000:function:child:1");
    }, "child:1", "AccessDeniedException"],
  ] as const) {
    it(`of a function that ${what} fails the operation`, async () => {
      prepare();
      const arn = await call(target);
      assert.deepEqual(world.eventTypes(arn).slice(1, 3), ["ChainedInvokeStarted", "ChainedInvokeFailed"]);
      assert.match(JSON.stringify(world.history(arn)[2]), new RegExp(errorType));
      assert.equal(world.get(arn).Status, "FAILED");
    });
  }

  it("across accounts is refused", async () => {
    const arn = await call("arn:aws:lambda:eu-west-1:111111111111:function:child:1");
    assert.match(world.get(arn).Error!.ErrorMessage!, /Cannot start a CHAINED_INVOKE on a function in another account\./);
  });
});
