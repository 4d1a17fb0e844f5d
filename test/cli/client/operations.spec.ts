import type { Event } from "@aws-sdk/client-lambda";
import assert from "node:assert/strict";
import { readOperations } from "../../../cli/client/operations.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1000);
const iso = (seconds: number) => at(seconds).toISOString();
const started: Event = { EventType: "ExecutionStarted", EventId: 1, Id: "e", EventTimestamp: at(0) };
const event = (EventType: string, Id: string, seconds: number, rest: object = {}): Event => ({ EventType, Id, Name: Id, EventTimestamp: at(seconds), ...rest }) as Event;

describe("The operations of a history", () => {
  it("keep every attempt of a step with its error and the pause after it", () => {
    const { operations, billedOperations } = readOperations(
      [
        started,
        event("StepStarted", "call", 1),
        event("StepFailed", "call", 2, {
          StepFailedDetails: { Error: { Payload: { ErrorType: "Throttled", ErrorMessage: "slow down" } }, RetryDetails: { CurrentAttempt: 1, NextAttemptDelaySeconds: 5 } },
        }),
        event("StepStarted", "call", 7),
        event("StepSucceeded", "call", 8, { StepSucceededDetails: { Result: { Payload: '{"a":1}' }, RetryDetails: { CurrentAttempt: 2 } } }),
      ],
      1,
    );
    const [step] = operations;
    assert.deepEqual([step?.status, step?.result, step?.error, step?.due, step?.endedAt], ["SUCCEEDED", { a: 1 }, null, null, iso(8)]);
    assert.deepEqual(step?.attempts, [
      { number: 1, status: "FAILED", startedAt: iso(1), endedAt: iso(2), error: { type: "Throttled", message: "slow down" }, nextAttemptAt: iso(7) },
      { number: 2, status: "SUCCEEDED", startedAt: iso(7), endedAt: iso(8), error: null, nextAttemptAt: null },
    ]);
    assert.equal(billedOperations, 3, "the start, the step, its second attempt");
  });

  it("tell when the next attempt is due, by the clock's speed", () => {
    const poll = event("StepSucceeded", "poll", 2, { StepSucceededDetails: { RetryDetails: { CurrentAttempt: 1, NextAttemptDelaySeconds: 50 } } });
    const { operations } = readOperations([started, event("StepStarted", "poll", 1), poll], 10);
    assert.deepEqual([operations[0]?.status, operations[0]?.due], ["PENDING", iso(7)]);
  });

  it("tell when a callback times out: at the nearer of its time-outs", () => {
    const { operations } = readOperations([started, event("CallbackStarted", "c", 1, { CallbackStartedDetails: { CallbackId: "id", Timeout: 600, HeartbeatTimeout: 30 } })], 1);
    assert.deepEqual([operations[0]?.callbackId, operations[0]?.due], ["id", iso(31)]);
  });

  it("come with each parent before its children, whatever order they began in", () => {
    const branch = (id: string, parent?: string) => event("ContextStarted", id, 1, { ParentId: parent, ContextStartedDetails: {} });
    const { operations } = readOperations([started, branch("p"), branch("a", "p"), branch("b", "p"), event("StepStarted", "in-b", 2, { ParentId: "b" }), event("StepStarted", "in-a", 2, { ParentId: "a" })], 1);
    assert.deepEqual(operations.map(({ id }) => id), ["p", "a", "in-a", "b", "in-b"]);
  });

  it("are billed with the start of the execution and every invocation that failed", () => {
    const invocation = (error?: object): Event => ({ EventType: "InvocationCompleted", EventTimestamp: at(1), InvocationCompletedDetails: { Error: error } }) as Event;
    const { billedOperations, invocations } = readOperations([started, invocation({ Payload: {} }), invocation(), event("WaitStarted", "w", 1), event("WaitSucceeded", "w", 2)], 1);
    assert.deepEqual([billedOperations, invocations], [3, 2]);
  });
});
