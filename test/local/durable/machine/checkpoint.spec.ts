import assert from "node:assert/strict";
import type { OperationUpdate } from "../../../../local/durable/operation.ts";
import { callback, chained, context, execution, Machine, step, wait } from "./machine.ts";

const large = "x".repeat(1_048_577);
const retry = { StepOptions: { NextAttemptDelaySeconds: 5 } };

/** What has been checkpointed before, the checkpoint that breaks a rule, and what the service says to it. */
const REFUSED: readonly (readonly [message: string, updates: readonly OperationUpdate[], before?: readonly OperationUpdate[]])[] = [
  ["Cannot checkpoint multiple EXECUTION updates.", [execution("SUCCEED"), execution("SUCCEED")]],
  ["EXECUTION checkpoint must be the last update.", [execution("SUCCEED"), step("START")]],
  ["Operation update must have an Id.", [step("START", { Id: undefined })]],
  ["Cannot update the same operation twice in a single request.", [wait(), wait()]],
  ["Cannot update the same operation twice in a single request.", [step("START"), step("SUCCEED"), step("SUCCEED")]],
  ["Cannot update the same operation twice in a single request.", [step("SUCCEED"), step("START")]],
  ["Invalid parent operation id.", [step("START", { ParentId: "nobody" })]],
  ["Invalid parent operation id.", [step("START", { ParentId: "wait" })], [wait()]],
  ["Invalid action for the given operation type.", [wait({ Action: "SUCCEED" })]],
  ["Invalid action for the given operation type.", [context("RETRY")]],
  ["Invalid action for the given operation type.", [execution("START")]],
  ["Invalid action for the given operation type.", [callback({ Action: "CANCEL" })]],
  ["Unknown operation type.", [step("START", { Type: "TIMER" })]],
  ["Error object size must be less than 1048576 bytes.", [step("FAIL", { Error: { ErrorMessage: "x".repeat(1_048_576) } })]],
  ["Invalid current STEP state to start.", [step("START")], [step("START")]],
  ["Invalid current STEP state to start.", [step("START")], [step("RETRY", { Error: {}, ...retry })]],
  ["Invalid current STEP state to close.", [step("SUCCEED")], [step("SUCCEED")]],
  ["Invalid current STEP state to close.", [step("FAIL")], [step("RETRY", { Error: {}, ...retry })]],
  ["Invalid current STEP state to re-attempt.", [step("RETRY", retry)], [step("SUCCEED")]],
  ["Invalid StepOptions for the given action.", [step("RETRY", { Error: {} })]],
  ["Cannot provide both error and payload to RETRY a STEP.", [step("RETRY", { Error: {}, Payload: "1", ...retry })]],
  ["Cannot provide a Payload for FAIL action.", [step("FAIL", { Payload: "1" })]],
  ["Cannot provide an Error for SUCCEED action.", [context("SUCCEED", { Error: {} })]],
  ["Cannot start a CONTEXT that already exists.", [context("START")], [context("START")]],
  ["Cannot start a WAIT that already exists.", [wait()], [wait()]],
  ["Cannot start a CALLBACK that already exists.", [callback()], [callback()]],
  ["Cannot start a CHAINED_INVOKE that already exists.", [chained()], [chained()]],
  ["Invalid current CONTEXT state to close.", [context("SUCCEED")], [context("START"), context("FAIL")]],
  ["Cannot cancel a WAIT that does not exist or has already completed.", [wait({ Action: "CANCEL" })]],
  ["Cannot cancel a WAIT that does not exist or has already completed.", [wait({ Action: "CANCEL" })], [wait()]],
  ["Inconsistent operation type.", [context("SUCCEED", { Id: "step" })], [step("START")]],
  ["Inconsistent operation subtype.", [step("SUCCEED", { SubType: "B" })], [step("START", { SubType: "A" })]],
  ["Inconsistent operation name.", [step("SUCCEED", { Name: "b" })], [step("START", { Name: "a" })]],
  ["Inconsistent parent operation id.", [step("SUCCEED", { ParentId: "context" })], [context("START"), context("START", { Id: "b" }), step("START", { ParentId: "b" })]],
  ["Update for WAIT operation requires WaitOptions.", [wait({ WaitOptions: undefined })]],
  ["Update for CHAINED_INVOKE operation requires ChainedInvokeOptions.", [chained({ ChainedInvokeOptions: undefined })]],
  ["STEP payload size must be less than or equal to 1048576 bytes.", [step("SUCCEED", { Payload: large })]],
  ["CONTEXT payload size must be less than or equal to 1048576 bytes.", [context("SUCCEED", { Payload: large })]],
  ["CHAINED_INVOKE input payload size must be less than or equal to 1048576 bytes.", [chained({ Payload: large })]],
  ["EXECUTION payload size must be less than or equal to 1048576 bytes.", [execution("SUCCEED", { Payload: large })]],
];

describe("A checkpoint", () => {
  for (const [message, updates, before = []] of REFUSED) {
    const shown = updates.map(({ Type, Action }) => `${Type} ${Action}`).join(", ");
    it(`of ${shown}${before.length > 0 ? ` after ${before.map(({ Type, Action }) => `${Type} ${Action}`).join(", ")}` : ""} is refused: ${message}`, () => {
      const machine = new Machine();
      machine.checkpoint(before);
      if (message.startsWith("Cannot cancel") && before.length > 0) machine.pass(10);
      assert.throws(() => machine.checkpoint(updates), { name: "InvalidParameterValueException", message });
    });
  }

  it("takes payloads of 1 MB and errors of as much", () => {
    const machine = new Machine();
    machine.checkpoint([step("SUCCEED", { Payload: large.slice(1) }), context("SUCCEED", { Payload: large.slice(1) })]);
    machine.checkpoint([step("FAIL", { Id: "failed", Error: { ErrorMessage: "x".repeat(1_048_000) } })]);
    assert.equal(machine.operation("step").status, "SUCCEEDED");
    assert.equal(machine.operation("failed").status, "FAILED");
  });

  it("is taken whole or not at all", () => {
    const machine = new Machine();
    assert.throws(() => machine.checkpoint([wait(), step("START"), context("START", { ParentId: "nobody" })]));
    assert.equal(machine.state.operations.size, 1);
    assert.equal(machine.state.operationCount, 1);
  });

  it("may start a step or a context and end it at once", () => {
    const machine = new Machine();
    machine.checkpoint([context("START"), step("START", { ParentId: "context" }), step("SUCCEED", { Payload: "1" }), context("SUCCEED", { Payload: "2" })]);
    assert.deepEqual(machine.types, ["ExecutionStarted", "ContextStarted", "StepStarted", "StepSucceeded", "ContextSucceeded"]);
    assert.equal(machine.operation("step").parentId, "context");
  });

  it("may end a step whose start was never recorded", () => {
    const machine = new Machine();
    machine.checkpoint([step("SUCCEED", { Payload: "1", Name: "named" })]);
    assert.equal(machine.operation("step").status, "SUCCEEDED");
    assert.equal(machine.operation("step").name, "named");
  });

  it("counts an attempt when it ends, not when it starts", () => {
    const machine = new Machine();
    machine.checkpoint([step("START")]);
    assert.equal(machine.operation("step").attempt ?? 0, 0);
    machine.checkpoint([step("RETRY", { Error: {}, ...retry })]);
    assert.equal(machine.operation("step").attempt, 1);
    machine.pass(5);
    machine.checkpoint([step("START")]);
    assert.equal(machine.operation("step").attempt, 1);
    machine.checkpoint([step("SUCCEED")]);
    assert.equal(machine.operation("step").attempt, 2);
  });

  it("keeps the state of a condition that is still waited for as a success", () => {
    const machine = new Machine();
    machine.checkpoint([step("START"), step("RETRY", { Payload: "state", ...retry })]);
    assert.equal(machine.operation("step").status, "PENDING");
    assert.equal(machine.operation("step").result, "state");
    assert.equal(machine.types.at(-1), "StepSucceeded");
  });

  it("opens callbacks with an id, and with no time-outs when they are 0", () => {
    const machine = new Machine();
    machine.checkpoint([callback({ CallbackOptions: { TimeoutSeconds: 0, HeartbeatTimeoutSeconds: 0 } })]);
    assert.equal(machine.operation("callback").callbackId, "callback-callback");
    assert.equal(machine.operation("callback").due, undefined);
  });

  it("closes the execution with the invocation's record before the end", () => {
    const machine = new Machine();
    machine.checkpoint([step("SUCCEED"), execution("SUCCEED", { Payload: "done" })]);
    assert.deepEqual(machine.types.slice(-3), ["StepSucceeded", "InvocationCompleted", "ExecutionSucceeded"]);
    assert.equal(machine.state.status, "SUCCEEDED");
    assert.equal(machine.state.result, "done");
  });
});

describe("Operations and bytes", () => {
  it("are counted as Lambda bills them", () => {
    const machine = new Machine();
    const counts: number[] = [];
    const take = (updates: readonly OperationUpdate[]) => {
      const before = machine.state.operationCount;
      machine.checkpoint(updates);
      counts.push(machine.state.operationCount - before);
    };
    assert.equal(machine.state.operationCount, 1, "the start");
    take([step("START")]);
    take([step("RETRY", { Error: {}, ...retry })]);
    machine.pass(5);
    take([step("START"), step("SUCCEED")]);
    take([wait()]);
    take([callback(), context("START"), chained()]);
    assert.deepEqual(counts, [1, 1, 0, 1, 3]);
    const before = machine.state.operationCount;
    machine.report("callback", { kind: "succeed", result: "1234" });
    machine.crash("Runtime.ExitError");
    assert.equal(machine.state.operationCount - before, 1, "an invocation that is retried");
  });

  it("fail the execution with the operation that is one too many", () => {
    const machine = new Machine();
    const updates = (from: number, count: number) => Array.from({ length: count }, (_, index) => step("SUCCEED", { Id: `s${from + index}` }));
    machine.checkpoint(updates(0, 2_999));
    assert.equal(machine.state.status, "RUNNING");
    const events = machine.checkpoint(updates(2_999, 1));
    assert.deepEqual(events.map(({ type }) => type), ["InvocationCompleted", "ExecutionFailed"]);
    assert.equal(machine.state.error?.ErrorType, "DurableOperationLimitExceeded");
  });

  it("fail the execution that would write more than 100 MB", () => {
    const machine = new Machine();
    const payload = "x".repeat(262_144);
    for (let index = 0; machine.state.status === "RUNNING" && index < 400; index++) machine.checkpoint([step("SUCCEED", { Id: `s${index}`, Payload: payload })]);
    assert.equal(machine.state.error?.ErrorType, "DurableStorageLimitExceeded");
    assert.ok(machine.state.bytesWritten > 99_000_000 && machine.state.bytesWritten < 100_001_000);
  });
});
