import assert from "node:assert/strict";
import fc from "fast-check";
import { isVisible } from "../../../../local/durable/machine/event.ts";
import { replay } from "../../../../local/durable/machine/evolve.ts";
import type { ExecutionState } from "../../../../local/durable/machine/state.ts";
import { nextWake } from "../../../../local/durable/machine/timers.ts";
import { hasEnded } from "../../../../local/durable/status.ts";
import { AwsError } from "../../../../local/errors.ts";
import { Machine } from "./machine.ts";

const id = fc.constantFrom("a", "b", "c", "d");
const delay = fc.integer({ min: 1, max: 100 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Mostly updates that make sense, now and then one that does not. */
const update = fc.record({
  Id: id,
  Type: fc.constantFrom("STEP", "STEP", "WAIT", "CALLBACK", "CONTEXT", "CHAINED_INVOKE", "EXECUTION"),
  Action: fc.constantFrom("START", "START", "SUCCEED", "FAIL", "RETRY", "CANCEL"),
  ParentId: optional(id),
  Payload: optional(fc.constantFrom("1", '"text"')),
  Error: optional(fc.constant({ ErrorType: "Broken" })),
  StepOptions: delay.map((NextAttemptDelaySeconds) => ({ NextAttemptDelaySeconds })),
  WaitOptions: delay.map((WaitSeconds) => ({ WaitSeconds })),
  CallbackOptions: fc.record({ TimeoutSeconds: fc.integer({ min: 0, max: 50 }), HeartbeatTimeoutSeconds: fc.integer({ min: 0, max: 50 }) }),
  ChainedInvokeOptions: fc.constant({ FunctionName: "target:1" }),
});

type Command = (machine: Machine) => void;

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.array(update, { maxLength: 4 }).map((updates) => (machine: Machine) => void machine.checkpoint(updates, new Map(updates.map(({ Id }) => [Id, { executedVersion: "1" }])))) },
  { weight: 3, arbitrary: fc.integer({ min: -5, max: 120 }).map((seconds) => (machine: Machine) => void machine.pass(seconds)) },
  { weight: 2, arbitrary: fc.record({ id, kind: fc.constantFrom("succeed", "fail", "heartbeat") }).map(({ id: operationId, kind }) => (machine: Machine) => void machine.report(operationId, { kind, result: "1", error: {} })) },
  { weight: 1, arbitrary: fc.record({ id, status: fc.constantFrom("SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED") }).map(({ id: operationId, status }) => (machine: Machine) => void machine.endChained(operationId, { status })) },
  { weight: 2, arbitrary: fc.constantFrom("Runtime.ExitError", "Sandbox.Timedout", "Error").map((errorType) => (machine: Machine) => void machine.crash(errorType)) },
  { weight: 2, arbitrary: fc.boolean().map((unseen) => (machine: Machine) => void machine.answer({ Status: "PENDING" }, unseen)) },
  { weight: 1, arbitrary: fc.constant((machine: Machine) => void machine.answer({ Status: "SUCCEEDED", Result: "1" })) },
  { weight: 1, arbitrary: fc.constant((machine: Machine) => void machine.stop()) },
  { weight: 2, arbitrary: fc.record({ timeoutPaused: fc.boolean(), inFlight: fc.boolean(), invocationDue: fc.boolean() }).map(({ timeoutPaused, ...situation }) => (machine: Machine) => void machine.pause({ timeoutPaused }, situation)) },
  { weight: 2, arbitrary: fc.constant((machine: Machine) => void machine.resume()) },
);

const TERMINAL = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "TIMED_OUT", "STOPPED"]);

/** Everything of a state that matters, in a form that can be compared. */
function snapshot(state: ExecutionState) {
  const { operations, changed } = state;
  const wake = nextWake(state);
  return structuredClone({ ...state, timers: undefined, operations: [...operations.values()], changed: [...changed], wake });
}

/** As it would come back from the store. */
function stored<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function checkRules(machine: Machine): void {
  const { state, events } = machine;
  assert.deepEqual(stored(snapshot(replay(stored(events)))), stored(snapshot(state)), "the events in the store rebuild the state");
  assert.equal(state.eventCount, events.filter(isVisible).length, "EventIds are sequential");
  assert.equal(events.filter(({ type }) => type === "ExecutionStarted").length, 1);
  assert.equal(events[0]!.type, "ExecutionStarted");
  const operations = [...state.operations.values()];
  const closing = events.findIndex(({ type }) => /^Execution(?!Started|Paused|Resumed)/.test(type));
  if (closing !== -1) assert.equal(closing, events.length - 1, "the closing event is the last");
  assert.equal(hasEnded(state.status), closing !== -1);
  assert.equal(
    state.waiting,
    operations.filter(({ type, status }) => (type === "STEP" ? status === "PENDING" : status === "STARTED" && ["WAIT", "CALLBACK", "CHAINED_INVOKE"].includes(type))).length,
  );
  for (const operation of operations) {
    const timed = (operation.type === "WAIT" && operation.status === "STARTED") || (operation.type === "STEP" && operation.status === "PENDING");
    if (timed) {
      assert.equal(operation.due, operation.scheduledAt, "what time must end has a timer");
      if (!hasEnded(state.status)) assert.ok(nextWake(state) <= operation.due!, "no timer is lost");
    }
    if (TERMINAL.has(operation.status)) assert.equal(operation.due, undefined);
  }
}

describe("The state machine, whatever happens to it", () => {
  it("keeps its rules: final ends, events in order, no timer lost, state the sum of its events", () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 30 }), (commands) => {
        const machine = new Machine({ now: 1_000_000, timeoutSeconds: 1_000 });
        for (const run of commands) {
          const before = snapshot(machine.state);
          const { length } = machine.events;
          try {
            run(machine);
          } catch (error) {
            assert.ok(error instanceof AwsError, `a refusal, not a fault: ${String(error)}`);
            assert.deepEqual(snapshot(machine.state), before, "a refused command changes nothing");
          }
          if (hasEnded(before.status)) assert.equal(machine.events.length, length, "a closed execution stays as it is");
          for (const operation of before.operations) {
            if (TERMINAL.has(operation.status)) assert.deepEqual({ ...machine.operation(operation.id) }, operation, "an ended operation stays as it is");
          }
          checkRules(machine);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("brings every execution to its end by time alone", () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 15 }), (commands) => {
        const machine = new Machine({ now: 1_000_000, timeoutSeconds: 1_000 });
        for (const run of commands) {
          try {
            run(machine);
          } catch (error) {
            assert.ok(error instanceof AwsError);
          }
        }
        for (let turns = 0; !hasEnded(machine.state.status); turns++) {
          assert.ok(turns < 50, "the next moment always comes");
          const wake = nextWake(machine.state);
          assert.ok(Number.isFinite(wake));
          machine.pass(Math.max(0, wake - machine.now) / 1000);
          // A failed invocation that is due runs again, and this time does not fail.
          if (machine.state.retryAt !== undefined) machine.answer({ Status: "PENDING" }, true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
