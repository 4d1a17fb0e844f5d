import fc from "fast-check";
import assert from "node:assert/strict";
import { elapsedAtPoll, nextPollDelay, pollInterval, pollsToSee, safetyNet } from "../../../functions/shared/poll-plan.ts";

const DAY = 86_400;
const WAIT = 21_600;
const ALLOWANCE = 900;
const net = safetyNet(DAY, 3, WAIT);
/** Start, callback, `run-task` and the race. */
const OTHER_OPERATIONS = 4;
/** Operations until an event reports the end, with the poll that is planned by then. */
const operations = (seconds: number) => OTHER_OPERATIONS + pollsToSee(net, seconds);

describe("the polls for a lost event", () => {
  it("come after minutes, and then ever more seldom, but within the hour for which ECS knows a stopped task", () => {
    assert.deepEqual([1, 2, 5, 6, 1000].map((poll) => pollInterval(net, poll)), [120, 240, 1920, 3300, 3300]);
  });

  it("leave a job of an hour at most 12 operations, one of a day at most 40, and one of 20 seconds at most 8", () => {
    // 45 s from RunTask to the job's first line.
    assert.deepEqual([20, 3600, DAY].map((seconds) => operations(seconds + 45)), [6, 10, 36]);
  });

  it("see a job of a year to its end within the 3,000 operations that an execution may have", () => {
    assert.ok(pollsToSee(safetyNet(366 * DAY, 1, WAIT), 366 * DAY) + OTHER_OPERATIONS < 3000);
  });

  it("are never further apart than the hour in which ECS forgets a stopped task, for jobs of up to 100 days", () => {
    assert.equal(safetyNet(100 * DAY + ALLOWANCE, 1, WAIT).maxSeconds, 3300);
    assert.equal(safetyNet(101 * DAY + ALLOWANCE, 1, WAIT).maxSeconds, 14_400);
    assert.equal(safetyNet(32 * DAY + ALLOWANCE, 3, WAIT).maxSeconds, 3300);
    assert.equal(safetyNet(33 * DAY + ALLOWANCE, 3, WAIT).maxSeconds, 14_400);
  });
});

describe("a poll plan", () => {
  it("polls for the last time on the deadline, however it is set", () => {
    const plans = fc.record({
      initialSeconds: fc.integer({ min: 5, max: 600 }),
      maxSeconds: fc.integer({ min: 600, max: 14_400 }),
      backoffRate: fc.double({ min: 1, max: 3, noNaN: true }),
    });
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 7200 }), (plan, deadline) => {
        let elapsed = 0;
        let poll = 1;
        for (let delay = nextPollDelay(plan, 1, deadline); delay !== undefined; delay = nextPollDelay(plan, ++poll, deadline)) {
          assert.ok(Number.isInteger(delay) && delay >= 1);
          elapsed += delay;
        }
        assert.equal(elapsed, deadline);
        assert.equal(poll, pollsToSee(plan, deadline));
        assert.ok(elapsedAtPoll(plan, poll) >= deadline);
      }),
      { numRuns: 50 },
    );
  });
});
