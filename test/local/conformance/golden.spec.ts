import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Event,
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  LambdaClient,
  SendDurableExecutionCallbackSuccessCommand,
} from "@aws-sdk/client-lambda";
import { startTestStack, type TestStack } from "./stack.ts";

const WAY_OUT = ["InvocationCompleted", "ExecutionSucceeded"];
const INTERVAL_MS = 25;
const DEADLINE_MS = 60_000;

const CASES = [
  ...["step", "retry", "exhausted", "atMostOnce", "atLeastOnce", "wait", "callback", "callbackTimeout", "callbackSilence", "condition"],
  ...["chainedDurable", "chainedPlain", "chainedFails", "parallel"],
];
const WAYS = { workflow: "the process's own channel", "workflow-http": "the HTTP door" };

describe("The history of a function in a process of its own", function () {
  this.timeout(40_000);

  let test: TestStack;
  let lambda: LambdaClient;
  /** All run side by side from the start: most of them wait. */
  const histories = new Map<string, Promise<Event[]>>();

  before(async () => {
    test = await startTestStack({ speed: 2 });
    lambda = new LambdaClient(test.stack);
    for (const functionName of Object.keys(WAYS)) {
      for (const name of CASES) {
        const execution = run(functionName, name);
        execution.catch(() => undefined);
        histories.set(`${functionName} ${name}`, execution);
      }
    }
  });

  after(async () => {
    lambda.destroy();
    await test.stop();
  });

  async function run(functionName: string, name: string): Promise<Event[]> {
    const marker = join(test.folder, `${functionName}-${name}`);
    const { DurableExecutionArn: executionArn } = await lambda.send(
      new InvokeCommand({
        FunctionName: `${functionName}:1`,
        InvocationType: "Event",
        Payload: JSON.stringify({ case: name, marker }),
      }),
    );
    let answered = false;
    const deadline = Date.now() + DEADLINE_MS;
    for (;;) {
      const { Status: status } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn: executionArn }));
      const events = await history(executionArn);
      if (status !== "RUNNING") return history(executionArn);
      if (events.at(-1)?.EventType === "StepStarted") writeFileSync(`${marker}-recorded`, "");
      const callbackId = events.find((event) => event.EventType === "CallbackStarted")?.CallbackStartedDetails?.CallbackId;
      if (name === "callback" && !answered && callbackId !== undefined && events.at(-1)?.EventType === "InvocationCompleted") {
        answered = true;
        await lambda.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId: callbackId, Result: '{"ok": true}' }));
      }
      if (Date.now() > deadline) assert.fail(`${name} has not ended: ${JSON.stringify(events)}`);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }

  async function history(executionArn: string | undefined): Promise<Event[]> {
    const { Events: events } = await lambda.send(
      new GetDurableExecutionHistoryCommand({ DurableExecutionArn: executionArn, IncludeExecutionData: true, MaxItems: 1000 }),
    );
    return events ?? [];
  }

  for (const [functionName, way] of Object.entries(WAYS)) describe(`whose SDK uses ${way}`, () => sameHistories(functionName));

  function sameHistories(functionName: string): void {
    const executed = (name: string) => histories.get(`${functionName} ${name}`)!;

    /** Checks what every history has, and hands out the types of its events. */
    async function types(name: string): Promise<string[]> {
      const events = await executed(name);
      assert.deepEqual(events.map(({ EventId }) => EventId), events.map((_, index) => index + 1));
      assert.equal(events[0]?.EventType, "ExecutionStarted");
      for (const event of events) assert.ok(event.EventTimestamp instanceof Date && Math.abs(event.EventTimestamp.getTime() - Date.now()) < 60_000);
      return events.slice(1).map(({ EventType }) => EventType ?? "");
    }

    async function detailsOf<T extends keyof Event>(name: string, key: T): Promise<Exclude<Event[T], undefined>[]> {
      return (await executed(name)).flatMap((event) => (event[key] === undefined ? [] : [event[key] as Exclude<Event[T], undefined>]));
    }

    it("of a step", async () => {
      assert.deepEqual(await types("step"), ["StepStarted", "StepSucceeded", ...WAY_OUT]);
      const [started, first, second] = await executed("step");
      assert.equal(started?.ExecutionStartedDetails?.ExecutionTimeout, 900);
      assert.partialDeepStrictEqual(JSON.parse(started.ExecutionStartedDetails.Input?.Payload ?? ""), { case: "step" });
      assert.equal(first?.Id, "c4ca4238a0b92382");
      assert.equal(second?.Id, first.Id);
      assert.equal(second.SubType, "Step");
    });

    it("of a step that fails once", async () => {
      assert.deepEqual(await types("retry"), ["StepStarted", "StepFailed", "InvocationCompleted", "StepStarted", "StepSucceeded", ...WAY_OUT]);
      const [failed] = await detailsOf("retry", "StepFailedDetails");
      assert.deepEqual(failed?.RetryDetails, { CurrentAttempt: 1, NextAttemptDelaySeconds: 7 });
      assert.equal(failed.Error?.Payload?.ErrorType, "TypeError");
      const [succeeded] = await detailsOf("retry", "StepSucceededDetails");
      assert.deepEqual(succeeded, { Result: { Payload: '"ok"', Truncated: false }, RetryDetails: { CurrentAttempt: 2 } });
    });

    it("of a step whose retries are used up", async () => {
      assert.deepEqual((await types("exhausted")).slice(-3), ["StepFailed", "InvocationCompleted", "ExecutionFailed"]);
      const failures = await detailsOf("exhausted", "StepFailedDetails");
      assert.deepEqual(failures.map(({ RetryDetails }) => RetryDetails), [{ CurrentAttempt: 1, NextAttemptDelaySeconds: 7 }, { CurrentAttempt: 2 }]);
    });

    it("of a process that dies in a step at most once", async () => {
      assert.deepEqual(await types("atMostOnce"), ["StepStarted", "InvocationCompleted", "StepFailed", "InvocationCompleted", "ExecutionFailed"]);
      const [crashed] = await detailsOf("atMostOnce", "InvocationCompletedDetails");
      assert.equal(crashed?.Error?.Payload?.ErrorType, "Runtime.ExitError");
      assert.match(crashed.Error.Payload.ErrorMessage ?? "", /exit status 1/);
    });

    it("of a process that dies in a step at least once, in a child context", async () => {
      assert.deepEqual(await types("atLeastOnce"), ["ContextStarted", "StepStarted", "InvocationCompleted", "StepSucceeded", "ContextSucceeded", ...WAY_OUT]);
      const [, context, step] = await executed("atLeastOnce");
      assert.equal(step?.ParentId, context?.Id);
    });

    it("of a wait", async () => {
      assert.deepEqual(await types("wait"), ["WaitStarted", "InvocationCompleted", "WaitSucceeded", ...WAY_OUT]);
      const [started] = await detailsOf("wait", "WaitStartedDetails");
      assert.equal(started?.Duration, 2);
      assert.ok(started.ScheduledEndTimestamp instanceof Date);
      assert.deepEqual(await detailsOf("wait", "WaitSucceededDetails"), [{ Duration: 2 }]);
    });

    it("of a callback, byte for byte", async () => {
      assert.deepEqual(await types("callback"), ["CallbackStarted", "InvocationCompleted", "CallbackSucceeded", ...WAY_OUT]);
      assert.deepEqual(await detailsOf("callback", "CallbackSucceededDetails"), [{ Result: { Payload: '{"ok": true}', Truncated: false } }]);
    });

    for (const [name, ErrorType, ErrorMessage] of [
      ["callbackTimeout", "Callback.Timeout", "Callback timed out"],
      ["callbackSilence", "Callback.Heartbeat", "Callback timed out on heartbeat"],
    ] as const) {
      it(`of a callback that ends with ${ErrorType}`, async () => {
        assert.deepEqual(await types(name), ["CallbackStarted", "InvocationCompleted", "CallbackTimedOut", "InvocationCompleted", "ExecutionFailed"]);
        assert.deepEqual(await detailsOf(name, "CallbackTimedOutDetails"), [{ Error: { Payload: { ErrorType, ErrorMessage }, Truncated: false } }]);
      });
    }

    it("of three looks at a condition", async () => {
      const look = ["StepStarted", "StepSucceeded", "InvocationCompleted"];
      assert.deepEqual(await types("condition"), [...look, ...look, ...look, "ExecutionSucceeded"]);
      const results = (await detailsOf("condition", "StepSucceededDetails")).map(({ Result }) => Result?.Payload);
      assert.deepEqual(results, ["1", "2", "3"]);
    });

    for (const [name, kind, version] of [
      ["chainedDurable", "durable", "1"],
      ["chainedPlain", "plain", "$LATEST"],
    ] as const) {
      it(`of a chained invoke of a ${kind} function`, async () => {
        assert.deepEqual(await types(name), ["ChainedInvokeStarted", "InvocationCompleted", "ChainedInvokeSucceeded", ...WAY_OUT]);
        const [started] = await detailsOf(name, "ChainedInvokeStartedDetails");
        assert.equal(started?.ExecutedVersion, version);
        assert.equal(started.DurableExecutionArn !== undefined, kind === "durable");
      });
    }

    it("of a chained invoke that fails", async () => {
      assert.deepEqual(await types("chainedFails"), ["ChainedInvokeStarted", "InvocationCompleted", "ChainedInvokeFailed", "InvocationCompleted", "ExecutionFailed"]);
      const [failed] = await detailsOf("chainedFails", "ChainedInvokeFailedDetails");
      assert.deepEqual([failed?.Error?.Payload?.ErrorType, failed?.Error?.Payload?.ErrorMessage], ["TypeError", "asked to fail"]);
    });

    it("of parallel branches, in whatever order they run", async () => {
      const branch = ["ContextStarted", "StepStarted", "StepSucceeded", "ContextSucceeded"];
      const all = await types("parallel");
      assert.deepEqual([...all].sort(), ["ContextStarted", ...branch, ...branch, "ContextSucceeded", ...WAY_OUT].sort());
      assert.deepEqual(all.slice(-3), ["ContextSucceeded", ...WAY_OUT]);
      const subTypes = (await executed("parallel")).map(({ SubType }) => SubType);
      assert.equal(subTypes.filter((subType) => subType === "Parallel").length, 2);
      assert.equal(subTypes.filter((subType) => subType === "ParallelBranch").length, 4);
    });
  }
});
