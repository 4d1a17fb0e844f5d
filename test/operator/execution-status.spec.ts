import assert from "node:assert/strict";
import { EXECUTION_STATUSES, hasEnded, isOpen } from "../../operator/execution-status.ts";

describe("the status of an execution", () => {
  it("has ended for four statuses only", () => {
    assert.deepEqual(EXECUTION_STATUSES.filter(hasEnded), ["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"]);
  });

  it("counts as alive when AWS adds it later, or leaves it out", () => {
    assert.equal(hasEnded("HIBERNATING"), false);
    assert.equal(hasEnded(undefined), false);
  });

  it("allows to stop what runs, pauses or is paused", () => {
    assert.deepEqual(EXECUTION_STATUSES.filter(isOpen), ["RUNNING", "PAUSING", "PAUSED"]);
  });
});
