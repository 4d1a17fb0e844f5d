import type { Event } from "@aws-sdk/client-lambda";
import * as assert from "node:assert/strict";
import { describeProgress } from "../../operator/progress.ts";

const START = Date.parse("2026-01-01T00:00:00Z");

function at(seconds: number): Date {
  return new Date(START + seconds * 1000);
}

const started: Event = { EventType: "ExecutionStarted", EventId: 1, Id: "execution", EventTimestamp: at(0) };

describe("The progress line of an execution", () => {
  it("says that it runs when nothing is open", () => {
    assert.equal(describeProgress([started], START), "running");
  });

  it("counts down a wait", () => {
    const wait: Event = { EventType: "WaitStarted", Id: "1", Name: "pause", EventTimestamp: at(0), WaitStartedDetails: { Duration: 10, ScheduledEndTimestamp: at(10) } };
    assert.equal(describeProgress([started, wait], START + 3_000), 'waiting "pause", 7 s left');
    assert.equal(describeProgress([started, wait, { EventType: "WaitSucceeded", Id: "1", Name: "pause", EventTimestamp: at(10) }], START), "running");
  });

  it("names the innermost operations only", () => {
    const events: Event[] = [
      started,
      { EventType: "ContextStarted", Id: "p", Name: "branches", EventTimestamp: at(0) },
      { EventType: "StepStarted", Id: "a", ParentId: "p", Name: "add", EventTimestamp: at(0) },
      { EventType: "CallbackStarted", Id: "b", ParentId: "p", Name: "job", EventTimestamp: at(0) },
    ];
    assert.equal(describeProgress(events, START + 2_000), 'step "add", waiting for callback "job", 2 s so far');
  });

  it("says when a failed step or a condition is tried again", () => {
    const events: Event[] = [
      started,
      { EventType: "StepStarted", Id: "1", Name: "poll", EventTimestamp: at(0) },
      { EventType: "StepSucceeded", Id: "1", Name: "poll", EventTimestamp: at(1), StepSucceededDetails: { RetryDetails: { CurrentAttempt: 1, NextAttemptDelaySeconds: 5 } } as Event["StepSucceededDetails"] },
    ];
    assert.equal(describeProgress(events, START + 2_000), '"poll" again in 4 s');
    assert.equal(describeProgress(events, START + 1_500, 2.5), '"poll" again in 2 s');
  });
});
