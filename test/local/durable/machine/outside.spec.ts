import assert from "node:assert/strict";
import { nextDue, nextWake } from "../../../../local/durable/machine/timers.ts";
import { callback, chained, Machine, step, wait } from "./machine.ts";

describe("Time", () => {
  it("ends a wait at its moment, not before", () => {
    const machine = new Machine();
    machine.checkpoint([wait()]);
    assert.deepEqual(machine.pass(9.999), []);
    assert.deepEqual(machine.pass(0.001).map(({ type }) => type), ["WaitSucceeded"]);
    assert.equal(machine.operation("wait").scheduledAt, 10_000);
  });

  it("makes a step ready again, without an event of the history", () => {
    const machine = new Machine();
    machine.checkpoint([step("RETRY", { Error: {}, StepOptions: { NextAttemptDelaySeconds: 3 } })]);
    const { eventCount } = machine.state;
    machine.pass(3);
    assert.equal(machine.operation("step").status, "READY");
    assert.equal(machine.state.eventCount, eventCount);
  });

  it("shrinks with the speed of the clock, so that the recorded moment is the true one", () => {
    const machine = new Machine({ now: 1_000, speed: 10 });
    machine.checkpoint([wait()]);
    assert.equal(machine.operation("wait").scheduledAt, 2_000);
  });

  it("lets a heartbeat put off the heartbeat time-out, but not the callback's own", () => {
    const machine = new Machine();
    machine.checkpoint([callback({ CallbackOptions: { TimeoutSeconds: 12, HeartbeatTimeoutSeconds: 5 } })]);
    machine.pass(4);
    machine.report("callback", { kind: "heartbeat" });
    assert.deepEqual(machine.pass(4), []);
    machine.report("callback", { kind: "heartbeat" });
    assert.equal(nextDue(machine.state), 12_000);
    const [timedOut] = machine.pass(4);
    assert.deepEqual(timedOut && "error" in timedOut && timedOut.error, { ErrorType: "Callback.Timeout", ErrorMessage: "Callback timed out" });
  });

  it("ends what falls due at once in the order of its time", () => {
    const machine = new Machine();
    machine.checkpoint([wait(), wait({ Id: "short", WaitOptions: { WaitSeconds: 2 } }), callback({ CallbackOptions: { HeartbeatTimeoutSeconds: 5 } })]);
    assert.deepEqual(machine.pass(60).map((event) => "id" in event && event.id), ["short", "callback", "wait"]);
  });

  it("times the execution out for good, and leaves alone what would have come later", () => {
    const machine = new Machine({ timeoutSeconds: 5 });
    machine.checkpoint([wait()]);
    assert.deepEqual(machine.pass(60).map(({ type }) => type), ["ExecutionTimedOut"]);
    assert.equal(machine.state.status, "TIMED_OUT");
    assert.equal(machine.operation("wait").status, "STARTED");
    assert.deepEqual(machine.pass(60), []);
  });
});

describe("A callback", () => {
  it("is answered once", () => {
    const machine = new Machine();
    machine.checkpoint([callback()]);
    machine.report("callback", { kind: "succeed", result: "first" });
    for (const kind of ["succeed", "heartbeat"] as const) {
      assert.throws(() => machine.report("callback", { kind, result: "second" }), {
        name: "CallbackTimeoutException",
        message: "The callback is either timed out or already completed",
      });
    }
    assert.equal(machine.operation("callback").result, "first");
  });

  it("of a closed execution is over", () => {
    const machine = new Machine();
    machine.checkpoint([callback()]);
    machine.stop();
    assert.throws(() => machine.report("callback", { kind: "succeed", result: "late" }), { name: "CallbackTimeoutException" });
  });

  it("takes a heartbeat although it asked for none", () => {
    const machine = new Machine();
    machine.checkpoint([callback()]);
    assert.deepEqual(machine.report("callback", { kind: "heartbeat" }), []);
  });

  it("takes a result of 1 MB and no more", () => {
    const machine = new Machine();
    machine.checkpoint([callback()]);
    const result = "x".repeat(1_048_576);
    assert.throws(() => machine.report("callback", { kind: "succeed", result: `${result}x` }), { name: "InvalidParameterValueException" });
    assert.equal(machine.operation("callback").status, "STARTED");
    machine.report("callback", { kind: "succeed", result });
    assert.equal(machine.operation("callback").status, "SUCCEEDED");
  });

  it("is not found under another id", () => {
    const machine = new Machine();
    machine.checkpoint([wait()]);
    assert.throws(() => machine.report("wait", { kind: "heartbeat" }), { message: "Invalid callback id" });
    assert.throws(() => machine.report("none", { kind: "heartbeat" }), { name: "ResourceNotFoundException", status: 404 });
  });
});

describe("A chained invoke", () => {
  const target = new Map([["chained", { executedVersion: "1", executionArn: "arn" }]]);

  it("ends as what it invoked ended, once", () => {
    for (const [status, type, error] of [
      ["SUCCEEDED", "ChainedInvokeSucceeded", undefined],
      ["FAILED", "ChainedInvokeFailed", "Broken"],
      ["TIMED_OUT", "ChainedInvokeTimedOut", "ChainedInvoke.Timeout"],
      ["STOPPED", "ChainedInvokeStopped", "ChainedInvoke.Stopped"],
    ] as const) {
      const machine = new Machine();
      machine.checkpoint([chained()], target);
      const events = machine.endChained("chained", { status, result: "1", error: { ErrorType: "Broken" } });
      assert.deepEqual(events.map((event) => event.type), [type]);
      assert.equal(machine.operation("chained").error?.ErrorType, error);
      assert.deepEqual(machine.endChained("chained", { status: "SUCCEEDED" }), []);
    }
  });

  it("of a function that cannot be invoked fails where it starts", () => {
    const machine = new Machine();
    const events = machine.checkpoint([chained()], new Map([["chained", { error: { ErrorType: "ResourceNotFoundException" } }]]));
    assert.deepEqual(events.map(({ type }) => type), ["ChainedInvokeStarted", "ChainedInvokeFailed"]);
  });
});

describe("The end of an invocation", () => {
  it("with PENDING suspends the execution while something is pending", () => {
    const machine = new Machine();
    machine.checkpoint([wait()]);
    assert.equal(machine.answer({ Status: "PENDING" }), "suspend");
    assert.equal(nextWake(machine.state), 10_000);
  });

  it("with PENDING and changes that the handler has not seen invokes again at once", () => {
    const machine = new Machine();
    machine.checkpoint([wait()]);
    machine.pass(10);
    assert.equal(machine.answer({ Status: "PENDING" }, true), "invoke");
  });

  it("with PENDING and nothing pending is recorded with its error, and fails the execution the third time in a row", () => {
    const machine = new Machine();
    machine.checkpoint([step("START")]);
    assert.equal(machine.answer({ Status: "PENDING" }), "invoke");
    assert.equal(machine.answer({ Status: "PENDING" }), "invoke");
    assert.equal(machine.answer({ Status: "PENDING" }), "closed");
    const error = { ErrorType: "InvalidParameterValueException", ErrorMessage: "Cannot return PENDING status with no pending operations." };
    assert.deepEqual(machine.state.error, error);
    const errors = machine.events.flatMap((event) => (event.type === "InvocationCompleted" ? [event.error] : []));
    assert.deepEqual(errors, [error, error, error]);
  });

  it("with PENDING and nothing pending starts the count anew after another end of an invocation", () => {
    const machine = new Machine();
    machine.answer({ Status: "PENDING" });
    machine.answer({ Status: "PENDING" });
    machine.answer({ Status: "PENDING" }, true);
    assert.equal(machine.answer({ Status: "PENDING" }), "invoke");
  });

  it("by an error fails the execution with that error once the attempts are used up, where they are limited", () => {
    const machine = new Machine({ maxFailures: 2 });
    assert.equal(machine.crash("Error"), "suspend");
    assert.equal(machine.crash("Sandbox.Timedout"), "closed");
    assert.deepEqual(machine.state.error, { ErrorType: "Sandbox.Timedout", ErrorMessage: "crashed" });
  });

  for (const [output, message] of [
    ["not JSON", "Invalid Status in invocation output."],
    [{ hello: "world" }, "Invalid Status in invocation output."],
    [{ Status: "DONE" }, "Invalid Status in invocation output."],
    [{ Status: "FAILED", Result: "1" }, "Cannot provide a Result for FAILED status."],
    [{ Status: "SUCCEEDED", Error: {} }, "Cannot provide an Error for SUCCEEDED status."],
    [{ Status: "SUCCEEDED", Result: "x".repeat(1_048_577) }, "Execution output payload size must be less than or equal to 1048576 bytes."],
    [{ Status: "FAILED", Error: { ErrorMessage: "x".repeat(1_048_576) } }, "Error object size must be less than 1048576 bytes."],
  ] as const) {
    it(`with an answer against the rules fails the execution: ${message}`, () => {
      const machine = new Machine();
      machine.answer(output);
      assert.equal(machine.state.status, "FAILED");
      assert.equal(machine.state.error?.ErrorMessage, message);
    });
  }

  it("by a platform error runs again at once three times, then with growing delays", () => {
    const machine = new Machine();
    const delays = Array.from({ length: 6 }, () => {
      machine.crash("Runtime.ExitError");
      return machine.state.retryAt;
    });
    assert.deepEqual(delays, [0, 0, 0, 1_000, 2_000, 4_000]);
  });

  it("by the handler's error or time-out waits from the first time on, five minutes at most", () => {
    for (const errorType of ["Error", "Sandbox.Timedout"]) {
      const machine = new Machine();
      const delays = Array.from({ length: 11 }, () => {
        assert.equal(machine.crash(errorType), "suspend");
        return machine.state.retryAt! / 1000;
      });
      assert.deepEqual(delays, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }
  });

  it("by an error starts the count anew when the handler has made progress since", () => {
    const machine = new Machine();
    machine.crash("Error");
    machine.crash("Error");
    machine.checkpoint([step("SUCCEED")]);
    machine.crash("Error");
    assert.equal(machine.state.retryAt, 1_000);
  });

  it("changes nothing once the execution has closed", () => {
    const machine = new Machine();
    machine.stop({ ErrorType: "Enough" });
    const { length } = machine.events;
    assert.equal(machine.answer({ Status: "SUCCEEDED", Result: "1" }), "closed");
    assert.deepEqual(machine.stop({ ErrorType: "Again" }), []);
    assert.equal(machine.events.length, length);
    assert.equal(machine.state.error?.ErrorType, "Enough");
  });
});
