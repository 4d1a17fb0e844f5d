import assert from "node:assert/strict";
import {
  CheckpointDurableExecutionCommand,
  GetDurableExecutionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackSuccessCommand,
  StopDurableExecutionCommand,
} from "@aws-sdk/client-lambda";
import { hasPythonRuntime, startTestStack, type TestStack } from "./stack.ts";

const ARN = "arn:aws:lambda:eu-west-1:000000000000:function";

describe("Invoking functions in processes of their own, by the AWS SDK", function () {
  this.timeout(30_000);

  let test: TestStack;
  let lambda: LambdaClient;

  before(async () => {
    test = await startTestStack({ speed: 5 });
    lambda = new LambdaClient({ ...test.stack, maxAttempts: 1 });
  });

  after(async () => {
    lambda.destroy();
    await test.stop();
  });

  async function invoke(FunctionName: string, payload: unknown, more: Partial<InvokeCommandInput> = {}) {
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(payload), ...more }));
    return { ...answer, body: answer.Payload?.transformToString() ?? "" };
  }

  /** The SDK's own error class, with status, message and members as the API models them. */
  function refused(name: string, status: number, message: RegExp | string, members: Record<string, unknown> = {}) {
    return (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
      assert.equal(error.name, name);
      assert.equal(error.$metadata?.httpStatusCode, status);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      for (const [member, value] of Object.entries(members)) assert.equal(Reflect.get(error, member), value, member);
      return true;
    };
  }

  describe("a durable function", () => {
    it("answers with the result itself, the version that ran and the execution's ARN", async () => {
      const answer = await invoke("workflow:live", { case: "step" });
      assert.equal(answer.StatusCode, 200);
      assert.equal(answer.body, "2");
      assert.equal(answer.ExecutedVersion, "1");
      assert.equal(answer.FunctionError, undefined);
      assert.match(answer.DurableExecutionArn ?? "", new RegExp(`^${ARN}:workflow:1/durable-execution/[\\w-]+/[\\w-]+$`));
    });

    it("waits for the whole execution, pauses included", async () => {
      assert.equal((await invoke("workflow:1", { case: "condition" })).body, "3");
    });

    it("answers a failed execution as a function error", async () => {
      const answer = await invoke(`${ARN}:workflow:1`, { case: "chainedFails" });
      assert.equal(answer.StatusCode, 200);
      assert.equal(answer.FunctionError, "Unhandled");
      assert.partialDeepStrictEqual(JSON.parse(answer.body), { errorMessage: "asked to fail" });
    });

    for (const [InvocationType, qualifier] of [["Event", "live"], ["RequestResponse", "$LATEST"]] as const) {
      it(`takes ${qualifier} as a qualifier beside the name (${InvocationType})`, async () => {
        const answer = await invoke("workflow", { case: "step" }, { InvocationType, Qualifier: qualifier });
        assert.equal(answer.StatusCode, InvocationType === "Event" ? 202 : 200);
        assert.ok(answer.DurableExecutionArn);
      });
    }

    for (const InvocationType of ["RequestResponse", "Event", "DryRun"] as const) {
      it(`refuses an unqualified name (${InvocationType})`, async () => {
        const message = "You cannot invoke a durable function using an unqualified ARN.";
        await assert.rejects(invoke("workflow", {}, { InvocationType }), refused("InvalidParameterValueException", 400, message, { Type: "User" }));
      });
    }

    it("refuses two qualifiers that differ", async () => {
      await assert.rejects(invoke("workflow:live", {}, { Qualifier: "1" }), refused("InvalidParameterValueException", 400, /derived qualifier/));
    });

    it("answers a dry run without starting anything", async () => {
      const answer = await invoke("workflow:1", { case: "step" }, { InvocationType: "DryRun", DurableExecutionName: "dry" });
      assert.equal(answer.StatusCode, 204);
      const { DurableExecutions: found } = await lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName: "workflow:1", DurableExecutionName: "dry" }));
      assert.deepEqual(found, []);
    });

    it("does not keep callers waiting for more than 15 minutes", async () => {
      const message = "You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.";
      await assert.rejects(invoke("long:1", {}), refused("InvalidParameterValueException", 400, message));
      assert.equal((await invoke("long:1", { case: "step" }, { InvocationType: "Event" })).StatusCode, 202);
    });

    it("runs once under one name", async () => {
      const name = { DurableExecutionName: "order-7" };
      const first = await invoke("workflow:1", { case: "wait" }, { ...name, InvocationType: "Event" });
      assert.match(first.DurableExecutionArn ?? "", /\/durable-execution\/order-7\//);
      const [running, closed] = [await invoke("workflow:1", { case: "wait" }, name), await invoke("workflow:1", { case: "wait" }, name)];
      assert.deepEqual([running.DurableExecutionArn, closed.DurableExecutionArn], [first.DurableExecutionArn, first.DurableExecutionArn]);
      await assert.rejects(invoke("workflow:1", { case: "step" }, name), refused("DurableExecutionAlreadyStartedException", 409, /order-7/));
    });

    it("takes 6 MiB from a caller who waits and 1 MiB from one who does not", async () => {
      const payload = (bytes: number) => ({ case: "step", marker: "x".repeat(bytes - '{"case":"step","marker":""}'.length) });
      assert.equal((await invoke("workflow:1", payload(6_291_456))).body, "2");
      await assert.rejects(invoke("workflow:1", payload(6_291_457)), refused("RequestTooLargeException", 413, /6291457 byte payload/));
      assert.equal((await invoke("workflow:1", payload(1_048_576), { InvocationType: "Event" })).StatusCode, 202);
      await assert.rejects(invoke("workflow:1", payload(1_048_577), { InvocationType: "Event" }), refused("RequestTooLargeException", 413, /1048577 byte payload/));
    });
  });

  describe("the durable API", () => {
    it("tells of an execution with times of millisecond precision", async () => {
      const { DurableExecutionArn } = await invoke("workflow:1", { case: "step" }, { DurableExecutionName: "told" });
      const execution = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn, IncludeExecutionData: true }));
      const { Status, DurableExecutionName, FunctionArn, Version, Result, InputPayload, StartTimestamp, EndTimestamp, TraceHeader } = execution;
      assert.deepEqual([Status, DurableExecutionName, FunctionArn, Version, Result], ["SUCCEEDED", "told", `${ARN}:workflow:1`, "1", "2"]);
      assert.deepEqual(JSON.parse(InputPayload ?? ""), { case: "step" });
      assert.ok(StartTimestamp && EndTimestamp && EndTimestamp.getTime() - StartTimestamp.getTime() < 10_000);
      assert.match(TraceHeader?.XAmznTraceId ?? "", /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
    });

    it("lists by statuses and times as both are written in a query", async () => {
      await invoke("workflow:1", { case: "step" }, { DurableExecutionName: "listed" });
      const list = async (more: object) => {
        const { DurableExecutions: found = [] } = await lambda.send(
          new ListDurableExecutionsByFunctionCommand({ FunctionName: "workflow", Qualifier: "1", DurableExecutionName: "listed", ...more }),
        );
        return found.map(({ Status }) => Status);
      };
      const past = new Date(Date.now() - 3_600_000);
      assert.deepEqual(await list({ Statuses: ["SUCCEEDED"], StartedAfter: past }), ["SUCCEEDED"]);
      assert.deepEqual(await list({ Statuses: ["RUNNING"] }), []);
      assert.deepEqual(await list({ StartedBefore: past }), []);
    });

    it("stops without an error, and then refuses what comes too late", async () => {
      const { DurableExecutionArn } = await invoke("workflow:1", { case: "callback" }, { InvocationType: "Event" });
      const { StopTimestamp } = await lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn }));
      assert.ok(StopTimestamp instanceof Date);
      const stopped = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
      assert.equal(stopped.Status, "STOPPED");
      const late = new CheckpointDurableExecutionCommand({ DurableExecutionArn, CheckpointToken: "dG9rZW4=" });
      await assert.rejects(lambda.send(late), refused("InvalidParameterValueException", 400, "Invalid checkpoint token"));
    });

    it("names what is missing or malformed", async () => {
      const unknown = `${ARN}:workflow:1/durable-execution/nothing/00000000-0000-0000-0000-000000000000`;
      await assert.rejects(
        lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: unknown })),
        refused("ResourceNotFoundException", 404, "Durable Execution does not exist", { Type: "User" }),
      );
      await assert.rejects(lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: "nothing" })), refused("ValidationException", 400, /./));
      await assert.rejects(
        lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId: "bm90aGluZw==" })),
        refused("InvalidParameterValueException", 400, /callback/i),
      );
      await assert.rejects(
        lambda.send(new SendDurableExecutionCallbackFailureCommand({ CallbackId: "bm90aGluZw==", Error: { ErrorType: "No" } })),
        refused("InvalidParameterValueException", 400, /callback/i),
      );
      await assert.rejects(invoke("nobody:1", {}), refused("ResourceNotFoundException", 404, /^Function not found: /, { Type: "User" }));
    });
  });

  describe("a plain function", () => {
    it("may be invoked by its bare name, and has no execution", async () => {
      const answer = await invoke("plain", { a: 1 });
      assert.deepEqual(JSON.parse(answer.body), { got: { a: 1 } });
      assert.equal(answer.DurableExecutionArn, undefined);
      await assert.rejects(invoke("plain", {}, { DurableExecutionName: "no" }), refused("InvalidParameterValueException", 400, /durable functions only/));
    });

    it("shows the last of its log to a caller who asks", async () => {
      const { LogResult } = await invoke("plain", {}, { LogType: "Tail" });
      const tail = Buffer.from(LogResult ?? "", "base64").toString();
      assert.match(tail, /plain was asked/);
      assert.match(tail, /platform\.report/);
      assert.equal((await invoke("plain", {})).LogResult, undefined);
    });

    it("may bring a runtime of its own", async () => {
      assert.deepEqual(JSON.parse((await invoke("custom", { a: 1 })).body), { custom: { a: 1 }, arn: `${ARN}:custom:$LATEST` });
    });

    it("may be Python's", async function () {
      if (!hasPythonRuntime()) {
        const answer = await invoke("snake", {});
        assert.match(answer.body, /Python functions need python3 with the package awslambdaric: pip install awslambdaric/);
        this.test!.title += " (skipped: this machine's python3 lacks the package awslambdaric)";
        this.skip();
      }
      assert.deepEqual(JSON.parse((await invoke("snake", { a: 1 })).body), { snake: { a: 1 }, arn: `${ARN}:snake:1` });
    });
  });
});
