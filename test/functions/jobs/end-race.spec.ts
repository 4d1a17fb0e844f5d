import assert from "node:assert/strict";
import { describeTask, exited, type FakeTask, interrupted } from "../fake-ecs.ts";
import { JobWorld } from "../job-world.ts";

const FIRST_POLL_SECONDS = 120;
/** From the first poll to the second. */
const SECOND_POLL_SECONDS = 240;
const REFUSED_SECONDS = 60;
/** Between two tries of a start, the fourth of which comes after the minute. */
const LONGEST_PAUSE_SECONDS = 80;
const LONGEST_INVOCATION_MS = 5000;

describe("The race for the end of a task", () => {
  JobWorld.closeAfterEach();

  /** Completes the callback of a task as task-watchdog does. */
  function reportEnd(jobs: JobWorld, task: FakeTask, end: Partial<FakeTask>): void {
    Object.assign(task, end);
    const { taskArn, exitCode, stopCode, stoppedReason } = task;
    jobs.world.engine.reportCallback(task.environment["END_CALLBACK_ID"]!, { kind: "succeed", result: JSON.stringify({ taskArn, exitCode, stopCode, stoppedReason }) });
  }

  const pollsOf = (jobs: JobWorld, task: FakeTask) => jobs.ecs.calls.filter(({ operation, input }) => operation === "DescribeTasks" && (input["tasks"] as string[]).includes(task.taskArn)).length;

  /** @returns milliseconds of real time that each invocation took */
  function timeInvocations(jobs: JobWorld): number[] {
    const times: number[] = [];
    jobs.world.interrupt("poll-job", async (invoke) => {
      const startedAt = performance.now();
      try {
        return await invoke();
      } finally {
        times.push(performance.now() - startedAt);
      }
    });
    return times;
  }

  /** Begins a job whose tasks run until the test ends them. */
  async function begin(jobs: JobWorld): Promise<FakeTask> {
    jobs.startsWithin = 0;
    jobs.job = () => undefined;
    await jobs.run(10);
    return jobs.ecs.tasks[0]!;
  }

  async function endsWell(jobs: JobWorld): Promise<void> {
    await jobs.goOn(jobs.now + REFUSED_SECONDS + LONGEST_PAUSE_SECONDS + 10);
    assert.equal(jobs.ecs.tasks.length, 2);
    reportEnd(jobs, jobs.ecs.tasks[1]!, exited(0));
    await jobs.world.idle();
    assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
  }

  function refuseForAMinute(jobs: JobWorld): void {
    const until = jobs.now + REFUSED_SECONDS;
    jobs.ecs.answer = (operation) => (operation === "RunTask" && jobs.now < until ? { failures: [{ reason: "RESOURCE:CPU" }] } : undefined);
  }

  for (const [when, poll] of [["with a poll that is due", true], ["between two polls", false]] as const) {
    it(`suspends at once when the event comes ${when} and the next start is refused, and polls the old task no more`, async () => {
      const jobs = new JobWorld("poll-job");
      const times = timeInvocations(jobs);
      const task = await begin(jobs);
      await jobs.world.pass(FIRST_POLL_SECONDS);
      const polls = pollsOf(jobs, task);
      assert.equal(polls, 1);
      times.length = 0;
      refuseForAMinute(jobs);
      const invocations = jobs.world.invocations.length;
      reportEnd(jobs, task, interrupted);
      // No turn of the event loop between the two: one invocation gets both.
      if (poll) jobs.world.clock.advance(SECOND_POLL_SECONDS * 1000);
      await jobs.world.idle();
      assert.equal(jobs.world.invocations.length, invocations + 1);
      assert.equal(jobs.ecs.count("RunTask"), 2);
      await endsWell(jobs);
      // The loser's own next poll.
      await jobs.world.pass(SECOND_POLL_SECONDS);
      assert.equal(pollsOf(jobs, task), polls);
      assert.ok(Math.max(...times) < LONGEST_INVOCATION_MS, `${Math.max(...times)} ms`);
    });
  }

  it("polls the old task once more when the event comes during a poll", async () => {
    const jobs = new JobWorld("poll-job");
    const times = timeInvocations(jobs);
    const task = await begin(jobs);
    jobs.ecs.answer = (operation) => {
      if (operation !== "DescribeTasks" || task.lastStatus === "STOPPED") return undefined;
      const view = { tasks: [describeTask(task)] };
      refuseForAMinute(jobs);
      reportEnd(jobs, task, interrupted);
      return view;
    };
    await jobs.world.pass(FIRST_POLL_SECONDS);
    assert.equal(jobs.ecs.count("RunTask"), 2);
    await endsWell(jobs);
    assert.equal(pollsOf(jobs, task), 1);
    assert.ok(Math.max(...times) < LONGEST_INVOCATION_MS, `${Math.max(...times)} ms`);
  });

  it("settles the old poll, when it is due, without asking ECS", async () => {
    const jobs = new JobWorld("poll-job");
    const task = await begin(jobs);
    reportEnd(jobs, task, interrupted);
    await jobs.world.idle();
    const second = jobs.ecs.tasks[1]!;
    await jobs.world.pass(FIRST_POLL_SECONDS);
    assert.deepEqual([pollsOf(jobs, task), pollsOf(jobs, second)], [0, 1]);
    await jobs.world.pass(SECOND_POLL_SECONDS);
    assert.deepEqual([pollsOf(jobs, task), pollsOf(jobs, second)], [0, 2]);
    assert.equal(jobs.status, "RUNNING");
  });

  for (const [what, report] of [
    ["fails it", { kind: "fail", error: { ErrorType: "Mistake" } }],
    ["completes it with something else", { kind: "succeed", result: "done" }],
    ["completes it with the stop of another task", { kind: "succeed", result: '{"taskArn":"arn:another","exitCode":0}' }],
  ] as const) {
    it(`goes on polling when somebody takes the callback and ${what}`, async () => {
      const jobs = new JobWorld("poll-job");
      const task = await begin(jobs);
      jobs.world.engine.reportCallback(task.environment["END_CALLBACK_ID"]!, report);
      await jobs.world.idle();
      assert.equal(jobs.status, "RUNNING");
      Object.assign(task, exited(0));
      await jobs.goOn(FIRST_POLL_SECONDS + 10);
      assert.equal(jobs.status, "SUCCEEDED", JSON.stringify(jobs.error));
    });
  }
});
