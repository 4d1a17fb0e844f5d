import assert from "node:assert/strict";
import type { JobDeclaration } from "../../container/kit/define-job.ts";
import * as declaredJobs from "../../container/index.ts";
import fc from "fast-check";
import { mostTries } from "../../functions/shared/capacity-wait.ts";
import { START_ALLOWANCE_SECONDS } from "../../container/kit/contract.ts";
import { dispatchExecutionSeconds, jobExecutionSeconds, MAX_EXECUTION_SECONDS } from "../../functions/shared/execution-time.ts";
import { MAX_CAPACITY_STOPS, RUN_TASK_CALLS } from "../../functions/shared/operation-budget.ts";
import { pollsToSee, safetyNet, startPlan, STOP_DEADLINE_SECONDS, STOP_PLAN } from "../../functions/shared/poll-plan.ts";
import { callbackOperations, MAX_OPERATIONS, pollOperations } from "../../infra/poll-operations.ts";

const DEFAULT_WAIT = 21_600;
const DAY = 86_400;

const start = 1;
const besidePolls = ["task-end", "run-task", "await-end", "stop-task"].length;

/** Every setting that decides on operations, over all that is allowed; job times up to 100 days, which take the most polls before plans change. */
const settings = fc.record({
  limit: fc.integer({ min: 60, max: 100 * DAY }),
  attempts: fc.integer({ min: 1, max: 10 }),
  wait: fc.integer({ min: 0, max: DAY }),
  heartbeatTimeout: fc.integer({ min: 15, max: DAY }),
});

describe("The operations of a polled job", () => {
  it("are under 3,000 for a job of a year that is lost twice", () => {
    assert.ok(pollOperations(31_536_000, 3, DEFAULT_WAIT) < MAX_OPERATIONS);
  });

  it("are under 3,000 with every setting that is allowed, by the plan that the function follows", () => {
    fc.assert(
      fc.property(settings, ({ limit, attempts, wait }) => {
        fc.pre(pollOperations(limit, attempts, wait) < MAX_OPERATIONS);
        // An execution that is over after 366 days makes no more attempts.
        fc.pre(attempts * (limit + START_ALLOWANCE_SECONDS) <= MAX_EXECUTION_SECONDS);
        const deadline = limit + START_ALLOWANCE_SECONDS;
        const plan = safetyNet(deadline, attempts, wait);
        const ofAttempts = attempts * (pollsToSee(plan, deadline) + besidePolls);
        const ofCapacityStops = MAX_CAPACITY_STOPS * (pollsToSee(plan, START_ALLOWANCE_SECONDS) + besidePolls);
        const ofRefusals = mostTries(wait) * (RUN_TASK_CALLS + 1);
        const operations = start + ofAttempts + ofCapacityStops + ofRefusals;
        assert.ok(operations < MAX_OPERATIONS, `${operations}`);
      }),
      { numRuns: 500 },
    );
  });

  it("are bounded by the longest execution, however many attempts a job has", () => {
    assert.equal(jobExecutionSeconds({ jobTimeLimitSeconds: 31_536_000, jobMaxAttempts: 10, jobCapacityWaitSeconds: DEFAULT_WAIT }), MAX_EXECUTION_SECONDS);
  });
});

describe("The operations of a job that calls back", () => {
  it("are under 3,000 with every setting that is allowed", () => {
    fc.assert(
      fc.property(settings, ({ heartbeatTimeout, attempts, wait }) => {
        fc.pre(callbackOperations(heartbeatTimeout, attempts, wait) < MAX_OPERATIONS);
        const ofTask = 2 + pollsToSee(startPlan(heartbeatTimeout), START_ALLOWANCE_SECONDS) + pollsToSee(STOP_PLAN, STOP_DEADLINE_SECONDS);
        const ofRefusals = mostTries(wait) * (RUN_TASK_CALLS + 3);
        const operations = start + (attempts + MAX_CAPACITY_STOPS) * ofTask + ofRefusals + attempts;
        assert.ok(operations < MAX_OPERATIONS, `${operations}`);
      }),
      { numRuns: 500 },
    );
  });

  it("poll a start at most 180 times, and the default heartbeat time-out at most 30 times", () => {
    assert.ok(pollsToSee(startPlan(15), START_ALLOWANCE_SECONDS) <= 182);
    assert.ok(pollsToSee(startPlan(120), START_ALLOWANCE_SECONDS) <= 30);
  });

  it("leave each callback three polls within its heartbeat time-out", () => {
    fc.assert(
      fc.property(fc.integer({ min: 15, max: DAY }), (timeout) => {
        const { initialSeconds, maxSeconds } = startPlan(timeout);
        assert.ok(initialSeconds >= 1 && initialSeconds <= maxSeconds && 3 * maxSeconds <= timeout);
      }),
    );
  });
});

const jobs: Readonly<Record<string, JobDeclaration>> = declaredJobs;

describe("The time of an execution", () => {
  it("has place for the wait for capacity, and for the start and the stop of each task", () => {
    const declared = Math.max(...Object.values(jobs).map(({ timeLimitSeconds = 0 }) => timeLimitSeconds));
    assert.ok(declared < 100_000, "of the stack's limit and those that jobs declare, the longest counts");
    const perAttempt = 100_000 + 2 * START_ALLOWANCE_SECONDS + STOP_DEADLINE_SECONDS;
    assert.equal(jobExecutionSeconds({ jobTimeLimitSeconds: 100_000, jobMaxAttempts: 2, jobCapacityWaitSeconds: DEFAULT_WAIT }), 2 * perAttempt + MAX_CAPACITY_STOPS * START_ALLOWANCE_SECONDS + DEFAULT_WAIT);
  });

  const dispatchSeconds = (jobCapacityWaitSeconds: number) => dispatchExecutionSeconds({ jobCapacityWaitSeconds });

  it("lets callers of dispatch-job wait for it if it waits for capacity for at most ten minutes", () => {
    assert.equal(dispatchSeconds(0), 900);
    assert.equal(dispatchSeconds(600), 900);
    assert.ok(dispatchSeconds(601) > 900);
    assert.ok(dispatchSeconds(DEFAULT_WAIT) > DEFAULT_WAIT);
  });
});
