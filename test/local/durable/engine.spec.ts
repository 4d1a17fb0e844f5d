import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { functionVersion, pending, succeeded, World } from "./world.ts";

describe("The durable engine", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(() => world.close());

  const statuses = (): unknown[] => world.published.map(({ detail }) => detail.status);

  describe("starting an execution", () => {
    it("invokes the handler only after the start is on disk", async () => {
      const version = world.raw("f", async () => succeeded(1));
      world.engine.start({ version, input: "{}", invocationType: "Event" });
      assert.equal(world.invocations.length, 0);
      await world.idle();
      assert.equal(world.invocations.length, 1);
    });

    it("gives the handler the execution as the first operation, with times in milliseconds", async () => {
      world.raw("f", async () => succeeded(1));
      const arn = await world.begin("f", { a: 1 }, { name: "order-7" });
      await world.idle();
      assert.match(arn, /^arn:aws:lambda:eu-west-1:000000000000:function:f:1\/durable-execution\/order-7\/[0-9a-f-]{36}$/);
      const [event] = world.envelopes();
      assert.equal(event!.DurableExecutionArn, arn);
      assert.deepEqual(event!.InitialExecutionState, {
        Operations: [
          {
            Id: arn.split("/").at(-1), Name: "order-7", Type: "EXECUTION", Status: "STARTED",
            StartTimestamp: world.clock.now(), ExecutionDetails: { InputPayload: '{"a":1}' },
          },
        ],
        NextMarker: "",
      });
    });

    it("attaches to the execution of the same name and input, whether it runs or has closed", async () => {
      world.raw("f", async () => succeeded(1));
      const first = await world.begin("f", { a: 1 }, { name: "n" });
      assert.equal(await world.begin("f", { a: 1 }, { name: "n" }), first);
      await world.idle();
      assert.equal(await world.begin("f", { a: 1 }, { name: "n" }), first);
      await world.idle();
      assert.equal(world.invocations.length, 1);
    });

    it("refuses a name that has been used with another input", async () => {
      world.raw("f", async () => succeeded(1));
      await world.begin("f", { a: 1 }, { name: "n" });
      await assert.rejects(async () => world.begin("f", { a: 2 }, { name: "n" }), { name: "DurableExecutionAlreadyStartedException", status: 409 });
    });

    it("frees the name when the retention has ended, and forgets the execution", async () => {
      world.raw("f", async () => succeeded(1));
      const first = await world.begin("f", { a: 1 }, { name: "n" });
      await world.pass(86_400);
      assert.throws(() => world.get(first), { name: "ResourceNotFoundException", status: 404 });
      assert.deepEqual(world.engine.queries.list({ functionName: "f", reverseOrder: false, maxItems: 10 }).DurableExecutions, []);
      assert.notEqual(await world.begin("f", { a: 2 }, { name: "n" }), first);
    });

    it("refuses to keep a caller waiting for more than 15 minutes", async () => {
      world.raw("slow", async () => pending, { durable: { executionTimeoutSeconds: 901, retentionDays: 1 } });
      await assert.rejects(async () => world.begin("slow"), {
        name: "InvalidParameterValueException",
        message: "You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.",
      });
      await world.begin("slow", {}, { invocationType: "Event" });
    });

    it("refuses input that is too large for the way it is started", () => {
      const version = functionVersion("f");
      const input = JSON.stringify("x".repeat(1_048_576));
      assert.throws(() => world.engine.start({ version, input, invocationType: "Event" }), { name: "RequestTooLargeException", status: 413 });
      assert.throws(() => world.engine.start({ version, input: JSON.stringify("x".repeat(6 * 1_048_576)), invocationType: "RequestResponse" }), { name: "RequestTooLargeException" });
    });
  });

  describe("closing an execution", () => {
    it("answers everybody who waits for it, before and after", async () => {
      world.raw("f", async () => succeeded({ ok: true }));
      const arn = await world.begin("f");
      const [first, second] = await Promise.all([world.engine.waitForClose(arn), world.engine.waitForClose(arn)]);
      assert.deepEqual(first, { executionArn: arn, status: "SUCCEEDED", result: '{"ok":true}', error: undefined });
      assert.equal(second, first);
      const { status, result } = await world.engine.waitForClose(arn);
      assert.deepEqual({ status, result }, { status: "SUCCEEDED", result: '{"ok":true}' });
    });

    it("tells the event bus of the start and of the end", async () => {
      world.raw("f", async () => succeeded(1));
      const arn = await world.begin("f");
      await world.idle();
      assert.deepEqual(statuses(), ["RUNNING", "SUCCEEDED"]);
      const now = new Date(world.clock.now()).toISOString();
      assert.deepEqual(world.published[1], {
        source: "aws.lambda",
        detailType: "Durable Execution Status Change",
        resources: [],
        detail: {
          durableExecutionArn: arn,
          durableExecutionName: arn.split("/").at(-1),
          functionArn: "arn:aws:lambda:eu-west-1:000000000000:function:f:1",
          status: "SUCCEEDED",
          startTimestamp: now,
          endTimestamp: now,
        },
      });
    });

    it("sends the event of a failed, stopped or timed-out execution to the dead-letter queue, if an event started it", async () => {
      world.raw("fails", async () => ({ kind: "response", payload: '{"Status":"FAILED","Error":{"ErrorType":"Broken"}}' }));
      world.durable("waits", async (_input, context) => context.wait("w", { seconds: 3600 }));
      world.raw("works", async () => succeeded(1));
      await world.begin("fails", 1, { invocationType: "Event" });
      await world.begin("fails", 2);
      await world.begin("works", 3, { invocationType: "Event" });
      const stopped = await world.begin("waits", 4, { invocationType: "Event" });
      await world.begin("waits", 5, { invocationType: "Event" });
      await world.idle();
      world.engine.stopExecution(stopped, { ErrorType: "Enough" });
      await world.pass(900);
      assert.deepEqual(world.deadLetters, [
        { event: "1", errorCode: "Broken" },
        { event: "4", errorCode: "Enough" },
        { event: "5", errorCode: "TIMED_OUT" },
      ]);
    });

    it("by a stop takes effect at once, and a second stop changes nothing", async () => {
      world.durable("f", async (_input, context) => context.wait("w", { seconds: 100 }));
      const arn = await world.begin("f");
      await world.pass(5);
      const stoppedAt = world.engine.stopExecution(arn, { ErrorType: "Operator", ErrorMessage: "wrong order" });
      assert.equal(world.get(arn).Status, "STOPPED");
      await world.pass(5);
      assert.equal(world.engine.stopExecution(arn, { ErrorType: "Other" }), stoppedAt);
      assert.deepEqual(world.get(arn).Error, { ErrorType: "Operator", ErrorMessage: "wrong order" });
      await world.pass(200);
      assert.deepEqual(world.eventTypes(arn), ["ExecutionStarted", "WaitStarted", "InvocationCompleted", "ExecutionStopped"]);
      assert.deepEqual(statuses(), ["RUNNING", "STOPPED"]);
    });

    it("while the handler runs refuses its checkpoints and ignores its answer", async () => {
      const gate = Promise.withResolvers<undefined>();
      world.raw("f", async () => {
        await gate.promise;
        return succeeded("too late");
      });
      const arn = await world.begin("f");
      await turn();
      world.engine.stopExecution(arn, {});
      const { DurableExecutionArn, CheckpointToken } = world.envelopes()[0]!;
      for (const api of ["checkpoint", "getExecutionState"] as const) {
        assert.throws(() => world.engine[api]({ DurableExecutionArn, CheckpointToken }), { message: "Invalid checkpoint token" });
      }
      gate.resolve(undefined);
      await world.idle();
      assert.equal(world.get(arn).Status, "STOPPED");
      assert.equal(world.eventTypes(arn).at(-1), "ExecutionStopped");
    });

    it("when its version is gone says so", async () => {
      world.durable("f", async (_input, context) => context.wait("w", { seconds: 10 }));
      const arn = await world.begin("f");
      await world.idle();
      world.remove("f");
      await world.pass(10);
      assert.equal(world.get(arn).Status, "FAILED");
      assert.equal(world.get(arn).Error?.ErrorType, "ResourceNotFoundException");
    });

    it("at its time-out comes although the handler never ends", async () => {
      world.raw("f", async () => new Promise(() => undefined));
      const arn = await world.begin("f");
      await turn();
      world.clock.advance(900_000);
      assert.equal(world.get(arn).Status, "TIMED_OUT");
    });
  });
});
