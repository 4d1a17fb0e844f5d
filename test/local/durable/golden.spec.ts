import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { StepSemantics, retryPresets } from "@aws/durable-execution-sdk-js";
import type { InvocationOutcome } from "../../../local/lambda/function-version.ts";
import { type Handler, World } from "./world.ts";

const once = (delaySeconds: number) => ({ retryStrategy: (_error: Error, attempt: number) => (attempt < 2 ? { shouldRetry: true, delay: { seconds: delaySeconds } } : { shouldRetry: false }) });

describe("The history that the durable engine writes", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(() => world.close());

  async function run(handler: Handler, ...passes: number[]): Promise<string> {
    world.durable("workflow", handler);
    const arn = await world.begin("workflow", { n: 1 });
    await world.idle();
    for (const seconds of passes) await world.pass(seconds);
    return arn;
  }

  function details(arn: string, eventType: string): Record<string, unknown>[] {
    return world
      .history(arn)
      .filter(({ EventType }) => EventType === eventType)
      .map((event) => (event as unknown as Record<string, unknown>)[`${eventType}Details`] as Record<string, unknown>);
  }

  it("of one step is start, step, invocation, end, numbered from 1", async () => {
    const arn = await run(async (input: { n: number }, context) => context.step("add", async () => input.n + 1));
    assert.deepEqual(world.eventTypes(arn), ["ExecutionStarted", "StepStarted", "StepSucceeded", "InvocationCompleted", "ExecutionSucceeded"]);
    assert.deepEqual(world.history(arn).map(({ EventId }) => EventId), [1, 2, 3, 4, 5]);
    assert.deepEqual(details(arn, "ExecutionStarted"), [{ Input: { Payload: '{"n":1}', Truncated: false }, ExecutionTimeout: 900 }]);
    assert.deepEqual(details(arn, "StepSucceeded"), [
      { Result: { Payload: "2", Truncated: false }, RetryDetails: { CurrentAttempt: 1, NextAttemptDelaySeconds: undefined } },
    ]);
    const [, started, succeeded] = world.history(arn);
    assert.equal(started!.Id, succeeded!.Id);
    assert.equal(started!.Name, "add");
    const executionId = arn.split("/").at(-1);
    assert.deepEqual(world.history(arn).map(({ Id }) => Id), [executionId, started!.Id, started!.Id, undefined, executionId]);
    assert.equal(world.get(arn).Result, "2");
  });

  it("of two steps has no events between them", async () => {
    const arn = await run(async (_input, context) => {
      await context.step("one", async () => 1);
      await context.step("two", async () => 2);
    });
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted", "StepStarted", "StepSucceeded", "StepStarted", "StepSucceeded", "InvocationCompleted", "ExecutionSucceeded",
    ]);
  });

  it("of a step that fails once shows the retry's delay and starts the same operation again", async () => {
    let attempts = 0;
    const arn = await run(
      async (_input, context) =>
        context.step("flaky", async () => {
          if (++attempts === 1) throw new Error("not yet");
          return "ok";
        }, once(7)),
      7,
    );
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted", "StepStarted", "StepFailed", "InvocationCompleted", "StepStarted", "StepSucceeded", "InvocationCompleted", "ExecutionSucceeded",
    ]);
    assert.deepEqual(details(arn, "StepFailed")[0]!.RetryDetails, { CurrentAttempt: 1, NextAttemptDelaySeconds: 7 });
    assert.deepEqual(details(arn, "StepSucceeded")[0]!.RetryDetails, { CurrentAttempt: 2, NextAttemptDelaySeconds: undefined });
    assert.equal(new Set(world.history(arn).filter(({ Name }) => Name === "flaky").map(({ Id }) => Id)).size, 1);
  });

  it("of a step whose retries are used up ends with a failure that names no further delay", async () => {
    const arn = await run(async (_input, context) => context.step("hopeless", async () => Promise.reject(new Error("no")), once(3)), 3);
    assert.deepEqual(details(arn, "StepFailed").map(({ RetryDetails }) => RetryDetails), [
      { CurrentAttempt: 1, NextAttemptDelaySeconds: 3 },
      { CurrentAttempt: 2, NextAttemptDelaySeconds: undefined },
    ]);
    assert.deepEqual(world.eventTypes(arn).slice(-2), ["InvocationCompleted", "ExecutionFailed"]);
    assert.equal(world.get(arn).Status, "FAILED");
  });

  /** The first time the step runs, its process dies, once the step's START has been recorded. */
  function crashOnce(handler: (context: Parameters<Handler>[1], crash: () => Promise<string>) => Promise<unknown>): void {
    const death = Promise.withResolvers<InvocationOutcome>();
    let invocations = 0;
    const crash = async (): Promise<string> => {
      if (invocations > 1) return "recovered";
      const arn = world.published[0]!.detail.durableExecutionArn as string;
      while (!world.eventTypes(arn).includes("StepStarted")) await turn();
      death.resolve({ kind: "error", errorType: "Runtime.ExitError", errorMessage: "exited with 1" });
      return new Promise<never>(() => undefined);
    };
    world.durable("workflow", async (_input, context) => handler(context, crash));
    world.interrupt("workflow", async (invoke) => (++invocations === 1 ? Promise.race([invoke(), death.promise]) : invoke()));
  }

  it("of a crash in an at-most-once step without retries fails the step by the SDK", async () => {
    crashOnce(async (context, crash) =>
      context.step("once", crash, { semantics: StepSemantics.AtMostOncePerRetry, retryStrategy: retryPresets.noRetry }));
    const arn = await world.begin("workflow");
    await world.idle();
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted", "StepStarted", "InvocationCompleted", "StepFailed", "InvocationCompleted", "ExecutionFailed",
    ]);
    const [crashed] = details(arn, "InvocationCompleted");
    assert.deepEqual(crashed!.Error, { Payload: { ErrorType: "Runtime.ExitError", ErrorMessage: "exited with 1" }, Truncated: false });
    assert.deepEqual(details(arn, "StepFailed")[0]!.RetryDetails, { CurrentAttempt: 1, NextAttemptDelaySeconds: undefined });
  });

  it("of a crash in an at-least-once step in a child context has no second StepStarted", async () => {
    crashOnce(async (context, crash) => context.runInChildContext("child", async (child) => child.step("again", crash)));
    const arn = await world.begin("workflow");
    await world.idle();
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted", "ContextStarted", "StepStarted", "InvocationCompleted", "StepSucceeded", "ContextSucceeded", "InvocationCompleted", "ExecutionSucceeded",
    ]);
    const [context, step] = world.history(arn).slice(1);
    assert.equal(step!.ParentId, context!.Id);
  });

  it("of a wait has its end between two invocations", async () => {
    const arn = await run(async (_input, context) => context.wait("pause", { seconds: 2 }), 2);
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted", "WaitStarted", "InvocationCompleted", "WaitSucceeded", "InvocationCompleted", "ExecutionSucceeded",
    ]);
    const [started] = details(arn, "WaitStarted");
    const { EventTimestamp } = world.history(arn)[1]!;
    assert.deepEqual(started, { Duration: 2, ScheduledEndTimestamp: EventTimestamp + 2 });
    assert.deepEqual(details(arn, "WaitSucceeded"), [{ Duration: 2 }]);
  });

  it("of a callback keeps what was sent byte for byte", async () => {
    world.durable("workflow", async (_input, context) => {
      const [answer] = await context.createCallback("approval", { timeout: { seconds: 60 } });
      return answer;
    });
    const arn = await world.begin("workflow");
    await world.idle();
    const callbackId = details(arn, "CallbackStarted")[0]!.CallbackId as string;
    world.engine.reportCallback(callbackId, { kind: "succeed", result: '{"ok": true}' });
    await world.idle();
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted", "CallbackStarted", "InvocationCompleted", "CallbackSucceeded", "InvocationCompleted", "ExecutionSucceeded",
    ]);
    assert.deepEqual(details(arn, "CallbackSucceeded"), [{ Result: { Payload: '{"ok": true}', Truncated: false } }]);
  });

  it("of a callback that succeeds without a result has no result", async () => {
    const callbackId = Promise.withResolvers<string>();
    world.durable("workflow", async (_input, context) => {
      const [promise, id] = await context.createCallback("approval");
      callbackId.resolve(id);
      const result = (await promise) as string | undefined; // The SDK types a result as always there.
      return { result: result ?? "none" };
    });
    const arn = await world.begin("workflow");
    world.engine.reportCallback(await callbackId.promise, { kind: "succeed" });
    await world.idle();
    assert.deepEqual(details(arn, "CallbackSucceeded"), [{ Result: undefined }]);
    assert.equal(world.get(arn).Result, '{"result":"none"}');
  });

  for (const [what, config, error] of [
    ["time-out", { timeout: { seconds: 5 } }, { ErrorType: "Callback.Timeout", ErrorMessage: "Callback timed out" }],
    ["heartbeat time-out", { heartbeatTimeout: { seconds: 5 } }, { ErrorType: "Callback.Heartbeat", ErrorMessage: "Callback timed out on heartbeat" }],
  ] as const) {
    it(`of a callback's ${what} names its type and says so`, async () => {
      const arn = await run(async (_input, context) => (await context.createCallback("approval", config))[0], 5);
      assert.deepEqual(world.eventTypes(arn), [
        "ExecutionStarted", "CallbackStarted", "InvocationCompleted", "CallbackTimedOut", "InvocationCompleted", "ExecutionFailed",
      ]);
      assert.deepEqual(details(arn, "CallbackTimedOut"), [{ Error: { Payload: error, Truncated: false } }]);
    });
  }

  it("of waitForCallback nests callback and submitter in a context", async () => {
    let callbackId = "";
    world.durable("workflow", async (_input, context) => context.waitForCallback("approval", async (id) => void (callbackId = id)));
    const arn = await world.begin("workflow");
    await world.idle();
    world.engine.reportCallback(callbackId, { kind: "succeed", result: "yes" });
    await world.idle();
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted", "ContextStarted", "CallbackStarted", "StepStarted", "StepSucceeded", "InvocationCompleted",
      "CallbackSucceeded", "ContextSucceeded", "InvocationCompleted", "ExecutionSucceeded",
    ]);
    assert.equal(world.history(arn)[1]!.SubType, "WaitForCallback");
  });

  it("of waitForCondition shows every poll as a step that succeeded", async () => {
    const arn = await run(
      async (_input, context) =>
        context.waitForCondition("count", async (count: number) => count + 1, {
          initialState: 0,
          waitStrategy: (count) => (count < 3 ? { shouldContinue: true, delay: { seconds: 2 } } : { shouldContinue: false }),
        }),
      2, 2,
    );
    assert.deepEqual(world.eventTypes(arn), [
      "ExecutionStarted",
      "StepStarted", "StepSucceeded", "InvocationCompleted",
      "StepStarted", "StepSucceeded", "InvocationCompleted",
      "StepStarted", "StepSucceeded", "InvocationCompleted",
      "ExecutionSucceeded",
    ]);
    assert.deepEqual(details(arn, "StepSucceeded").map(({ Result }) => (Result as { Payload: string }).Payload), ["1", "2", "3"]);
  });

  it("of a parallel and of a map encloses each branch in a context of its own", async () => {
    const arn = await run(async (_input, context) => {
      await context.parallel("both", [async (branch) => branch.step("left", async () => 1), async (branch) => branch.step("right", async () => 2)]);
      await context.map("all", ["x", "y"], async (item, value) => item.step("show", async () => value));
    });
    const subTypes = world.history(arn).map(({ SubType }) => SubType);
    for (const [outer, inner] of [["Parallel", "ParallelBranch"], ["Map", "MapIteration"]] as const) {
      assert.equal(subTypes.filter((subType) => subType === outer).length, 2);
      assert.equal(subTypes.filter((subType) => subType === inner).length, 4);
    }
    const types = world.eventTypes(arn);
    assert.equal(types.filter((type) => type === "StepSucceeded").length, 4);
    assert.deepEqual(types.slice(-3), ["ContextSucceeded", "InvocationCompleted", "ExecutionSucceeded"]);
  });

  it("of a result too large for a response is closed by the checkpoint, once", async () => {
    const arn = await run(async () => "x".repeat(6 * 1_048_576 - 40));
    assert.equal(world.get(arn).Status, "SUCCEEDED");
    assert.deepEqual(world.eventTypes(arn), ["ExecutionStarted", "InvocationCompleted", "ExecutionSucceeded"]);
    assert.equal(world.get(arn).Result!.length, 6 * 1_048_576 - 38);
  });

  it("leaves payloads out when they are not asked for", async () => {
    const arn = await run(async (_input, context) => context.step("secret", async () => "s3cret"));
    const { Events } = world.engine.queries.history(arn, { includeData: false, reverseOrder: false, maxItems: 100 });
    assert.doesNotMatch(JSON.stringify(Events), /s3cret/);
    assert.equal(Events.length, 5);
  });
});
