import assert from "node:assert/strict";
import fc from "fast-check";
import { pollsToSee } from "../../functions/shared/poll-plan.ts";
import { START_ALLOWANCE_SECONDS } from "../../functions/shared/job-contract.ts";
import { jobExecutionSeconds, MAX_EXECUTION_SECONDS, pollOperations } from "../../infra/poll-operations.ts";

const DEFAULT_PLAN = { initialSeconds: 5, maxSeconds: 14_400, backoffRate: 1.1 };

describe("The operations of a polled job", () => {
  it("are at most 300 for a job of a day, and under 3,000 for a job of a year that is lost twice", () => {
    assert.ok(pollOperations(DEFAULT_PLAN, 86_400, 1) <= 300);
    assert.ok(pollOperations(DEFAULT_PLAN, 31_536_000, 3) < 3000);
  });

  it("are never fewer than what the function's own plan takes", () => {
    const plans = fc.record({ initialSeconds: fc.integer({ min: 1, max: 600 }), maxSeconds: fc.integer({ min: 600, max: 86_400 }), backoffRate: fc.double({ min: 1.01, max: 4, noNaN: true }) });
    fc.assert(
      fc.property(plans, fc.integer({ min: 60, max: 2_000_000 }), (plan, limit) => {
        const start = 1;
        const runTaskAndStopTask = 2;
        assert.ok(pollOperations(plan, limit, 1) >= start + runTaskAndStopTask + pollsToSee(plan, limit + START_ALLOWANCE_SECONDS));
      }),
    );
  });

  it("are bounded by the longest execution, however many attempts a job has", () => {
    assert.equal(jobExecutionSeconds(31_536_000, 10), MAX_EXECUTION_SECONDS);
    assert.equal(jobExecutionSeconds(60, 2), 2 * (60 + 2 * START_ALLOWANCE_SECONDS));
  });
});
