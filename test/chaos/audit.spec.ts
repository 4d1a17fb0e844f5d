import type { Event, EventType } from "@aws-sdk/client-lambda";
import * as assert from "node:assert/strict";
import { audit, type Observations } from "../../chaos/audit.ts";
import { newLedger, noteClosed, type Ledger } from "../../chaos/ledger.ts";
import type { ObservedExecution, ObservedTask } from "../../chaos/observe.ts";

const T = Date.parse("2030-01-01T00:00:30Z");

function event(EventType: EventType, at = T, details: Partial<Event> = {}): Event {
  return { EventType, EventTimestamp: new Date(at), ...details };
}

function execution(workflow: string, id: string, changes: Partial<ObservedExecution> = {}): ObservedExecution {
  return {
    site: "workflows",
    workflow,
    executionArn: `arn/${id}`,
    executionId: id,
    status: "SUCCEEDED",
    startedAt: T,
    input: {},
    result: {},
    events: [event("ExecutionStarted"), event("ExecutionSucceeded")],
    ...changes,
  };
}

function task(id: string, changes: Partial<ObservedTask> = {}): ObservedTask {
  return { taskArn: `task/${id}`, executionArn: "arn/a", attempt: "1", reportTo: "exit", jobId: "", callbackId: "", lastStatus: "STOPPED", exitCode: 0, stoppedAt: T, ...changes };
}

function found(ledger: Partial<Ledger>, seen: Partial<Observations>): string[] {
  const nothing: Observations = {
    executions: [],
    tasks: [],
    taskStarts: new Map(),
    stepRuns: [],
    notes: new Set(),
    records: new Map(),
    minutely: [],
    remains: [],
  };
  return audit({ ...newLedger(), ...ledger }, { ...nothing, ...seen }).findings.map(({ check, workflow }) => `${check} ${workflow}`);
}

describe("The audit of a chaos run", () => {
  const accepted = { site: "workflows", workflow: "math", key: "math-1-1", executionArn: "arn/a" } as const;

  it("finds nothing when each promise was kept once", () => {
    const step = { Id: "1", Name: "first" };
    const events = [event("ExecutionStarted"), event("StepSucceeded", T, step), event("ExecutionSucceeded")];
    const seen = { executions: [execution("math", "a", { events })], stepRuns: [{ executionId: "a", step: "first", at: T - 5 }], tasks: [task("1")] };
    assert.deepEqual(found({ executions: [accepted] }, seen), []);
  });

  it("finds an accepted execution, an invoked one and an event that are gone", () => {
    const invoked = event("ChainedInvokeStarted", T, { ChainedInvokeStartedDetails: { DurableExecutionArn: "arn/child", FunctionName: "steps" } });
    const chain = execution("chain", "c", { events: [event("ExecutionStarted"), invoked, event("ExecutionSucceeded")] });
    assert.deepEqual(found({ executions: [accepted], notes: ["note-1-1"] }, { executions: [chain] }), ["lost math", "lost chain", "lost note"]);
  });

  it("finds an execution with two ends, one whose end has changed, and one that goes on", () => {
    const twice = execution("math", "a", { events: [event("ExecutionStarted"), event("ExecutionStopped"), event("ExecutionSucceeded")] });
    const ledger = newLedger();
    noteClosed(ledger, "arn/a", "STOPPED");
    noteClosed(ledger, "arn/a", "STOPPED");
    noteClosed(ledger, "arn/a", "SUCCEEDED");
    const running = execution("report", "r", { status: "RUNNING", events: [event("ExecutionStarted")] });
    assert.deepEqual(found(ledger, { executions: [twice, running] }), ["endedTwice math", "notEnded report", "endedTwice -"]);
  });

  it("finds a step that began after it was recorded, not one that was run again because a kill came before the record", () => {
    const events = [event("ExecutionStarted"), event("StepSucceeded", T, { Id: "1", Name: "first" }), event("ExecutionSucceeded")];
    const executions = [execution("steps", "a", { events })];
    const run = (at: number) => ({ executionId: "a", step: "first", at });
    assert.deepEqual(found({}, { executions, stepRuns: [run(T - 900), run(T - 5)] }), []);
    assert.deepEqual(found({}, { executions, stepRuns: [run(T - 5), run(T + 5)] }), ["stepsAgain steps"]);
  });

  it("finds a step recorded twice, where the attempts before a retry do not count", () => {
    const step = { Id: "1", Name: "await-stop" };
    const retry = event("StepSucceeded", T, { ...step, StepSucceededDetails: { Result: {}, RetryDetails: { NextAttemptDelaySeconds: 5 } } });
    const last = event("StepSucceeded", T, step);
    const poll = (events: Event[]) => ({ executions: [execution("pollJob", "a", { events: [...events, event("ExecutionSucceeded")] })] });
    assert.deepEqual(found({}, poll([retry, retry, last])), []);
    assert.deepEqual(found({}, poll([retry, last, last])), ["stepsAgain pollJob"]);
  });

  it("finds an at-most-once step that ran twice", () => {
    const run = { executionId: "a", step: "at-most-once", at: T };
    assert.deepEqual(found({}, { executions: [execution("steps", "a")], stepRuns: [run, run] }), ["stepsAgain steps"]);
  });

  it("finds two tasks for one attempt, and a task with two processes", () => {
    const executions = [execution("pollJob", "a")];
    assert.deepEqual(found({}, { executions, tasks: [task("1"), task("2", { attempt: "2" })] }), []);
    assert.deepEqual(found({}, { executions, tasks: [task("1"), task("2")], taskStarts: new Map([["1", 2]]) }), ["tasksTwice pollJob", "tasksTwice -"]);
  });

  it("finds one-time schedules and reminders that started nothing, or twice", () => {
    const tick = (id: string) => execution("tick", id, { input: { schedule: "twice" } });
    const created = execution("createReminder", "c", { result: { created: true, key: "tea" } });
    const seen = { executions: [tick("a"), tick("b"), created] };
    assert.deepEqual(found({ schedules: ["never", "twice"] }, seen), ["momentsLost tick", "momentsTwice tick", "momentsLost reminder"]);
  });

  it("finds a minute that was left out, and one that fired twice", () => {
    const at = (id: string, scheduledTime: string) => execution("report", id, { input: { scheduledTime } });
    const executions = [at("a", "2030-01-01T00:01:00Z"), at("b", "2030-01-01T00:01:00Z"), at("c", "2030-01-01T00:03:00Z")];
    const minutely = [{ workflow: "report", from: T, to: T + 180_000 }];
    assert.deepEqual(found({}, { executions, minutely }), ["momentsTwice report", "momentsLost report"]);
  });

  it("finds an acknowledged answer that its execution did not get, from the driver and from a job", () => {
    const started = event("CallbackStarted", T, { Id: "1", CallbackStartedDetails: { CallbackId: "cb" } });
    const timedOut = (at: number) => [started, event("CallbackTimedOut", at, { Id: "1" }), event("ExecutionFailed", at)];
    const executions = [
      execution("callback", "a", { result: { answer: "another" } }),
      execution("callbackJob", "late", { events: timedOut(T + 1) }),
      execution("callbackJob", "refused", { events: timedOut(T - 1) }),
    ];
    const tasks = ["late", "refused"].map((id) => task(id, { executionArn: `arn/${id}`, reportTo: "callback", callbackId: "cb" }));
    assert.deepEqual(found({ answers: [{ executionId: "a", answer: "yes" }] }, { executions, tasks }), [
      "callbacksLost callback",
      "callbacksLost callbackJob",
    ]);
  });

  it("finds records that are open or say something else than their task, and what is left behind", () => {
    const records = new Map([
      ["open", "RUNNING"],
      ["wrong", "FAILED"],
    ]);
    const tasks = [task("1", { reportTo: "record", jobId: "wrong" }), task("2", { attempt: "2", lastStatus: "RUNNING" })];
    assert.deepEqual(found({}, { executions: [execution("dispatchJob", "a")], records, tasks, remains: ["a schedule"] }), [
      "recordsOpen dispatchJob",
      "recordsOpen dispatchJob",
      "leftBehind -",
      "leftBehind -",
    ]);
  });
});
