import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import type { InvocationOutcome } from "../../../local/lambda/function-version.ts";
import { type Envelope, pending, succeeded, World } from "./world.ts";

describe("The durable engine", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(() => world.close());

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
      assert.deepEqual(world.envelopes()[1]!.UpdatedOperationIds, ["c"]);
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
      assert.equal(world.envelopes()[0]!.UpdatedOperationIds, undefined);
      assert.deepEqual(world.envelopes()[1]!.UpdatedOperationIds, [waitId]);
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

    it("fails an execution after as many failed invocations in a row as it is set to", async () => {
      const limited = new World({ invocationAttempts: 3 });
      limited.raw("f", async () => ({ kind: "error", errorType: "Sandbox.Timedout", errorMessage: "too slow" }));
      const arn = await limited.begin("f");
      await limited.pass(1);
      assert.equal(limited.get(arn).Status, "RUNNING");
      await limited.pass(2);
      assert.deepEqual([limited.get(arn).Status, limited.get(arn).Error], ["FAILED", { ErrorType: "Sandbox.Timedout", ErrorMessage: "too slow" }]);
      limited.close();
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
      token = world.envelopes()[0]!.CheckpointToken;
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
