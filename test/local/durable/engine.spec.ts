import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import type { InvocationOutcome } from "../../../local/lambda/function-version.ts";
import { functionVersion, World } from "./world.ts";

const succeeded = (result: unknown): InvocationOutcome => ({ kind: "response", payload: JSON.stringify({ Status: "SUCCEEDED", Result: JSON.stringify(result) }) });
const pending: InvocationOutcome = { kind: "response", payload: '{"Status":"PENDING"}' };

interface Envelope {
  readonly DurableExecutionArn: string;
  readonly CheckpointToken: string;
  readonly InitialExecutionState: { readonly Operations: readonly { readonly Id: string; readonly Type: string; readonly Status: string }[]; readonly NextMarker: string };
  readonly UpdatedOperationIds?: readonly string[];
}

describe("The durable engine", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(() => world.close());

  const envelopes = (): Envelope[] => world.invocations.map(({ event }) => JSON.parse(event) as Envelope);
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
      const [event] = envelopes();
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
      const { DurableExecutionArn, CheckpointToken } = envelopes()[0]!;
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

  describe("running a handler", () => {
    it("has one invocation of an execution at a time, whatever happens meanwhile", async () => {
      let running = 0;
      let most = 0;
      let token = "";
      const gate = Promise.withResolvers<undefined>();
      world.raw("f", async (event) => {
        most = Math.max(most, ++running);
        const { DurableExecutionArn, CheckpointToken, InitialExecutionState } = JSON.parse(event) as Envelope;
        if (InitialExecutionState.Operations.length === 1) {
          token = world.engine.checkpoint({ DurableExecutionArn, CheckpointToken, Updates: [{ Id: "c", Type: "CALLBACK", Action: "START" }] }).CheckpointToken!;
          await gate.promise;
        }
        running--;
        return InitialExecutionState.Operations.length === 1 ? pending : succeeded(1);
      });
      const arn = await world.begin("f");
      await turn();
      const { CallbackId } = world.engine.getExecutionState({ DurableExecutionArn: arn, CheckpointToken: token }).Operations[1]!.CallbackDetails!;
      world.engine.reportCallback(CallbackId!, { kind: "succeed", result: "1" });
      await world.store.committed();
      await turn();
      assert.equal(world.invocations.length, 1);
      gate.resolve(undefined);
      await world.idle();
      assert.equal(world.invocations.length, 2, "what the handler had not seen makes it run again at once");
      assert.deepEqual(envelopes()[1]!.UpdatedOperationIds, ["c"]);
      assert.equal(most, 1);
      assert.equal(world.get(arn).Status, "SUCCEEDED");
    });

    it("names the operations that changed between two invocations", async () => {
      world.durable("f", async (_input, context) => {
        await context.step("s", async () => 1);
        await context.wait("w", { seconds: 5 });
      });
      const arn = await world.begin("f");
      await world.pass(5);
      const waitId = world.history(arn).find(({ EventType }) => EventType === "WaitStarted")!.Id!;
      assert.equal(envelopes()[0]!.UpdatedOperationIds, undefined);
      assert.deepEqual(envelopes()[1]!.UpdatedOperationIds, [waitId]);
    });

    it("shows a polling handler what time has brought", async () => {
      const seen: unknown[] = [];
      world.raw("f", async (event) => {
        const { DurableExecutionArn, CheckpointToken } = JSON.parse(event) as Envelope;
        const started = world.engine.checkpoint({ DurableExecutionArn, CheckpointToken, Updates: [{ Id: "w", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 5 } }] });
        world.clock.advance(5_000);
        const polled = world.engine.checkpoint({ DurableExecutionArn, CheckpointToken: started.CheckpointToken! });
        seen.push(...polled.NewExecutionState.Operations.map(({ Id, Status }) => `${Id} ${Status}`));
        return succeeded(1);
      });
      await world.begin("f");
      await world.idle();
      assert.deepEqual(seen, ["w SUCCEEDED"]);
    });

    it("invokes a crashed handler again, at first at once and then with delays", async () => {
      let crashes = 0;
      world.raw("f", async () => (++crashes <= 4 ? { kind: "error", errorType: "Runtime.ExitError", errorMessage: "" } : succeeded(crashes)));
      const arn = await world.begin("f");
      await world.idle();
      assert.equal(crashes, 4);
      await world.pass(1);
      assert.equal(world.get(arn).Result, "5");
    });

    it("hands a state over in pages when it is too large for one event", async () => {
      const payload = "x".repeat(250_000);
      const pages: number[] = [];
      world.raw("f", async (event) => {
        const { DurableExecutionArn, CheckpointToken, InitialExecutionState: { Operations, NextMarker } } = JSON.parse(event) as Envelope;
        let token = CheckpointToken;
        if (Operations.length === 1) {
          for (let index = 0; index < 50; index++) {
            const Updates = [{ Id: `s${index}`, Type: "STEP", Action: "SUCCEED", Payload: payload }];
            token = world.engine.checkpoint({ DurableExecutionArn, CheckpointToken: token, Updates }).CheckpointToken!;
          }
          world.engine.checkpoint({ DurableExecutionArn, CheckpointToken: token, Updates: [{ Id: "w", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 1 } }] });
          return pending;
        }
        assert.ok(event.length < 6 * 1_048_576);
        pages.push(Operations.length);
        for (let marker: string | undefined = NextMarker; marker; ) {
          const page = world.engine.getExecutionState({ DurableExecutionArn, CheckpointToken: token, Marker: marker, MaxItems: 1000 });
          pages.push(page.Operations.length);
          marker = page.NextMarker;
        }
        return succeeded(1);
      });
      await world.begin("f");
      await world.pass(1);
      assert.equal(pages.reduce((sum, count) => sum + count), 52);
      assert.equal(pages.length, 3);
    });

    it("leaves out what lies below a closed context, unless the context wants it", async () => {
      const views: string[][] = [];
      world.raw("f", async (event) => {
        const { DurableExecutionArn, CheckpointToken, InitialExecutionState } = JSON.parse(event) as Envelope;
        views.push(InitialExecutionState.Operations.map(({ Id }) => Id).slice(1));
        if (views.length > 1) return succeeded(1);
        const inner = (id: string) => [
          { Id: id, Type: "CONTEXT", Action: "START" },
          { Id: `${id}-a`, ParentId: id, Type: "STEP", Action: "SUCCEED" },
          { Id: `${id}-b`, ParentId: id, Type: "CONTEXT", Action: "START" },
          { Id: `${id}-b-c`, ParentId: `${id}-b`, Type: "STEP", Action: "SUCCEED" },
        ];
        world.engine.checkpoint({
          DurableExecutionArn, CheckpointToken,
          Updates: [
            ...inner("folded"), { Id: "folded", Type: "CONTEXT", Action: "SUCCEED" },
            ...inner("kept"), { Id: "kept", Type: "CONTEXT", Action: "SUCCEED", ContextOptions: { ReplayChildren: true } },
            { Id: "w", Type: "WAIT", Action: "START", WaitOptions: { WaitSeconds: 1 } },
          ],
        });
        return pending;
      });
      await world.begin("f");
      await world.pass(1);
      assert.deepEqual(views[1], ["folded", "kept", "kept-a", "kept-b", "kept-b-c", "w"]);
    });
  });

  describe("checkpoint tokens", () => {
    let arn: string;
    let token: string;
    const gate = () => Promise.withResolvers<InvocationOutcome>();
    let answer = gate();
    const update = (Id: string) => [{ Id, Type: "STEP", Action: "START" }];

    beforeEach(async () => {
      answer = gate();
      world.raw("f", async () => answer.promise);
      arn = await world.begin("f");
      await turn();
      token = envelopes()[0]!.CheckpointToken;
    });

    it("are used up by the checkpoint that they are for", () => {
      const { CheckpointToken: next } = world.engine.checkpoint({ DurableExecutionArn: arn, CheckpointToken: token, Updates: update("a") });
      assert.match(next!, /^[A-Za-z0-9+/]{40}$/);
      assert.notEqual(next, token);
      assert.throws(() => world.engine.checkpoint({ DurableExecutionArn: arn, CheckpointToken: token, Updates: update("b") }), {
        name: "InvalidParameterValueException",
        message: "Invalid checkpoint token",
      });
      world.engine.checkpoint({ DurableExecutionArn: arn, CheckpointToken: next!, Updates: update("b") });
    });

    it("are not used up by a checkpoint that is refused", () => {
      assert.throws(() => world.engine.checkpoint({ DurableExecutionArn: arn, CheckpointToken: token, Updates: [{ Id: "a", Type: "STEP", Action: "CANCEL" }] }));
      world.engine.checkpoint({ DurableExecutionArn: arn, CheckpointToken: token, Updates: update("a") });
    });

    it("with the client token again bring back the answer that was lost, and change nothing", () => {
      const request = { DurableExecutionArn: arn, CheckpointToken: token, ClientToken: "retry-1", Updates: update("a") };
      const first = world.engine.checkpoint(request);
      assert.deepEqual(world.engine.checkpoint(request), first);
      assert.equal(world.eventTypes(arn).filter((type) => type === "StepStarted").length, 1);
      assert.throws(() => world.engine.checkpoint({ ...request, ClientToken: "other" }), { message: "Invalid checkpoint token" });
    });

    it("of one execution are of no use to another", async () => {
      const other = await world.begin("f");
      await turn();
      assert.throws(() => world.engine.checkpoint({ DurableExecutionArn: other, CheckpointToken: token }), {
        message: "Checkpoint token is not valid for the durable execution ARN",
      });
    });

    it("of an earlier invocation are of no use to the next, nor is what it answers", async () => {
      world.engine.checkpoint({ DurableExecutionArn: arn, CheckpointToken: token, Updates: update("a") });
      answer.resolve({ kind: "error", errorType: "Runtime.ExitError", errorMessage: "" });
      answer = gate();
      await turn();
      await turn();
      assert.equal(world.invocations.length, 2);
      for (const CheckpointToken of [token, "AAAA"]) {
        assert.throws(() => world.engine.getExecutionState({ DurableExecutionArn: arn, CheckpointToken }), { message: "Invalid checkpoint token" });
      }
    });

    it("are not given back by the checkpoint that closes the execution", () => {
      const response = world.engine.checkpoint({ DurableExecutionArn: arn, CheckpointToken: token, Updates: [{ Id: "e", Type: "EXECUTION", Action: "SUCCEED", Payload: "1" }] });
      assert.deepEqual(response, { NewExecutionState: { Operations: [] } });
      assert.equal(world.get(arn).Status, "SUCCEEDED");
    });

    it("are refused for an execution that nobody knows, as any wrong token", () => {
      assert.throws(() => world.engine.checkpoint({ DurableExecutionArn: "arn:nothing", CheckpointToken: token }), { message: "Invalid checkpoint token" });
    });

    it("come to an end with the operation that is one too many", () => {
      const Updates = Array.from({ length: 3_000 }, (_, index) => ({ Id: `s${index}`, Type: "STEP", Action: "START" }));
      assert.throws(() => world.engine.checkpoint({ DurableExecutionArn: arn, CheckpointToken: token, Updates }), {
        name: "InvalidParameterValueException",
        message: /at most 3000 durable operations/,
      });
      assert.equal(world.get(arn).Error?.ErrorType, "DurableOperationLimitExceeded");
    });
  });
});
