import assert from "node:assert/strict";
import { nextWake } from "../../../../local/durable/machine/timers.ts";
import { callback, context, execution, Machine, step, wait } from "./machine.ts";

const DAY = 86_400_000;
const conflict = { name: "ResourceConflictException" };

describe("A pause", () => {
  it("of an execution without an invocation comes about at once", () => {
    const machine = new Machine();
    machine.checkpoint([wait()]);
    machine.answer({ Status: "PENDING" });
    const events = machine.pause({ reason: "maintenance" }, { inFlight: false });
    assert.deepEqual(events.map(({ type }) => type), ["PauseRequested", "ExecutionPaused"]);
    assert.equal(machine.state.status, "PAUSED");
    assert.equal(machine.state.invokeOnResume, false);
  });

  it("comes about with the next checkpoint of an invocation, which is taken", () => {
    const machine = new Machine();
    machine.pause();
    assert.equal(machine.state.status, "PAUSING");
    machine.now = 3_000;
    const events = machine.checkpoint([step("SUCCEED", { Payload: "1" })]);
    assert.deepEqual(events.map(({ type }) => type), ["StepSucceeded", "ExecutionPaused"]);
    assert.deepEqual([machine.state.status, machine.state.pause?.at, machine.state.pause?.pausedAt], ["PAUSED", 0, 3_000]);
    assert.throws(() => machine.checkpoint([step("START", { Id: "next" })]), { message: "Invalid checkpoint token" });
  });

  it("makes nothing of what the invocation returns that it cut off", () => {
    for (const output of [{ Status: "FAILED", Error: { ErrorType: "CheckpointError" } }, { Status: "SUCCEEDED" }, { Status: "PENDING" }, "not JSON"]) {
      const machine = new Machine();
      machine.pause();
      machine.checkpoint([]);
      assert.equal(machine.answer(output), "suspend");
      assert.deepEqual([machine.state.status, machine.state.invokeOnResume], ["PAUSED", true]);
      machine.resume();
      assert.deepEqual([machine.state.status, machine.state.invokeOnResume], ["RUNNING", true]);
    }
  });

  it("that was resumed before the cut-off invocation ended invokes again after it", () => {
    const machine = new Machine();
    machine.pause();
    machine.checkpoint([]);
    machine.resume();
    assert.equal(machine.answer({ Status: "FAILED" }), "invoke");
    machine.answer({ Status: "PENDING" }, true);
    assert.equal(machine.state.invokeOnResume, false);
  });

  it("comes about with the end of an invocation that made no checkpoint", () => {
    const suspended = new Machine();
    suspended.checkpoint([wait()]);
    suspended.pause();
    assert.equal(suspended.answer({ Status: "PENDING" }), "suspend");
    assert.deepEqual([suspended.state.status, suspended.state.invokeOnResume], ["PAUSED", false]);

    const unseen = new Machine();
    unseen.checkpoint([wait()]);
    unseen.pause();
    assert.equal(unseen.answer({ Status: "PENDING" }, true), "suspend");
    assert.deepEqual([unseen.state.status, unseen.state.invokeOnResume], ["PAUSED", true]);
  });

  it("does not keep an invocation from ending the execution", () => {
    const machine = new Machine();
    machine.pause();
    assert.equal(machine.answer({ Status: "SUCCEEDED", Result: "1" }), "closed");
    assert.deepEqual([machine.state.status, machine.state.pause], ["SUCCEEDED", undefined]);

    const closed = new Machine();
    closed.pause();
    closed.checkpoint([execution("SUCCEED", { Payload: "1" })]);
    assert.equal(closed.state.status, "SUCCEEDED");
  });

  it("lets waits, callbacks and their time-outs end", () => {
    const machine = new Machine();
    machine.checkpoint([wait(), callback({ CallbackOptions: { HeartbeatTimeoutSeconds: 20 } }), callback({ Id: "open" }), context("START")]);
    machine.answer({ Status: "PENDING" });
    machine.pause({}, { inFlight: false });
    assert.deepEqual(machine.pass(30).map(({ type }) => type), ["WaitSucceeded", "CallbackTimedOut"]);
    machine.report("open", { kind: "succeed", result: "1" });
    assert.equal(machine.state.status, "PAUSED");
    assert.deepEqual([...machine.state.changed], ["wait", "callback", "open"]);
  });

  it("holds a failed invocation back until the resume", () => {
    const machine = new Machine();
    machine.crash("Error");
    machine.pause({}, { inFlight: false });
    assert.equal(nextWake(machine.state), 366 * DAY);
    machine.now = 60_000;
    machine.resume();
    assert.equal(nextWake(machine.state), 1_000);
  });

  it("is refused unless the execution runs, and so is a resume unless it pauses", () => {
    const machine = new Machine();
    assert.throws(() => machine.resume(), conflict);
    machine.pause();
    assert.throws(() => machine.pause(), conflict);
    machine.checkpoint([]);
    assert.throws(() => machine.pause(), conflict);
    machine.stop();
    assert.throws(() => machine.pause(), conflict);
    assert.throws(() => machine.resume(), conflict);
  });

  it("is cancelled by a resume before it comes about, and leaves no event in the history", () => {
    const machine = new Machine();
    const { eventCount } = machine.state;
    machine.pause();
    machine.resume();
    assert.equal(machine.state.status, "RUNNING");
    assert.equal(machine.state.eventCount, eventCount);
    machine.checkpoint([step("START")]);
    assert.equal(machine.state.status, "RUNNING");
  });

  it("ends with a stop, paused or not yet", () => {
    for (const paused of [true, false]) {
      const machine = new Machine();
      machine.pause();
      if (paused) machine.checkpoint([]);
      machine.stop();
      assert.equal(machine.state.status, "STOPPED");
    }
  });
});

describe("The execution time-out under a pause", () => {
  function pausedAt(seconds: number, timeoutPaused: boolean): Machine {
    const machine = new Machine({ timeoutSeconds: 900 });
    machine.checkpoint([callback()]);
    machine.answer({ Status: "PENDING" });
    machine.pass(seconds);
    machine.pause({ timeoutPaused }, { inFlight: false });
    return machine;
  }

  it("is extended by the time spent paused", () => {
    const machine = pausedAt(100, true);
    assert.equal(machine.state.deadline, 366 * DAY);
    machine.pass(5_000);
    machine.resume();
    assert.equal(machine.state.deadline, 900_000 + 5_000_000);
  });

  it("comes 366 days after the start all the same", () => {
    const paused = pausedAt(100, true);
    assert.deepEqual(paused.pass(366 * 86_400).map(({ type }) => type), ["ExecutionTimedOut"]);

    const resumed = pausedAt(100, true);
    resumed.pass(366 * 86_400 - 200);
    resumed.resume();
    assert.equal(resumed.state.deadline, 366 * DAY);
  });

  it("runs on where it is not paused", () => {
    const machine = pausedAt(100, false);
    assert.equal(machine.state.deadline, 900_000);
    assert.deepEqual(machine.pass(800).map(({ type }) => type), ["ExecutionTimedOut"]);
  });
});

describe("A client token", () => {
  it("makes the same request again a success without effect, for 15 minutes", () => {
    const machine = new Machine({ timeoutSeconds: 10_000 });
    machine.checkpoint([callback()]);
    machine.answer({ Status: "PENDING" });
    const idle = { inFlight: false };
    machine.pause({ clientToken: "t", reason: "r" }, idle);
    assert.deepEqual(machine.pause({ clientToken: "t", reason: "r" }, idle), []);
    machine.resume({ clientToken: "t" });
    assert.deepEqual(machine.resume({ clientToken: "t" }), []);
    assert.deepEqual(machine.pause({ clientToken: "t", reason: "r" }, idle), [], "after the resume as well");
    machine.pass(15 * 60);
    machine.pause({ clientToken: "t", reason: "r" }, idle);
    assert.equal(machine.state.status, "PAUSED");
  });

  it("with other parameters, and without a token, is a request of its own", () => {
    const machine = new Machine();
    machine.pause({ clientToken: "t", reason: "r" });
    assert.throws(() => machine.pause({ clientToken: "t", reason: "other" }), conflict);
    assert.throws(() => machine.pause({ clientToken: "t", reason: "r", timeoutPaused: false }), conflict);
    assert.throws(() => machine.pause({ reason: "r" }), conflict);
  });
});
