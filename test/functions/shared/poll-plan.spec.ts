import fc from "fast-check";
import assert from "node:assert/strict";
import { effectivePlan, elapsedAtPoll, nextPollDelay, pollInterval, type PollPlan, pollsToSee } from "../../../functions/shared/poll-plan.ts";

const DAY = 86_400;
const WAIT = 21_600;
const settings: PollPlan = { initialSeconds: 5, maxSeconds: 14_400, backoffRate: 1.1 };

describe("the poll plan", () => {
  it("polls a short job often and a long one seldom", () => {
    assert.deepEqual([1, 2, 10, 1000].map((poll) => pollInterval(settings, poll)), [5, 6, 12, 14_400]);
  });

  it("sees a 24-hour job to its end within 300 operations", () => {
    const polls = pollsToSee(effectivePlan(settings, DAY, 3, WAIT), DAY);
    // The start of the execution and the step that runs the task come on top.
    assert.ok(polls + 2 <= 300, `${polls} polls`);
  });

  it("sees a job of a year to its end within the 3,000 operations that an execution may have", () => {
    const polls = pollsToSee(effectivePlan(settings, 366 * DAY, 1, WAIT), 366 * DAY);
    assert.ok(polls + 2 < 3000, `${polls} polls`);
  });

  it("never looks away for the hour in which ECS forgets a stopped task, for jobs of up to 80 days", () => {
    assert.ok(effectivePlan(settings, 80 * DAY, 1, WAIT).maxSeconds < 3600);
    assert.ok(effectivePlan(settings, 26 * DAY, 3, WAIT).maxSeconds < 3600);
  });

  it("keeps to shorter intervals than that where they are asked for", () => {
    assert.deepEqual(effectivePlan({ ...settings, maxSeconds: 60 }, 3600, 1, WAIT), { ...settings, maxSeconds: 60 });
  });

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
