import assert from "node:assert/strict";
import { answerText, ask } from "../stack/first/answer.ts";
import { judgeDelay, judgeErrors, judgeOperations, judgeRunningSum, judgeTaskStart, judgeUsage, judgeWatchdog } from "../stack/first/judgements.ts";

const counted = { executions: 2, operations: 12 };
const begins = (answer: string) => /^[\w ]+/.exec(answer)?.[0];

describe("The findings of a first deployment", () => {
  it("say whether an event, the heartbeat's end or the sweep told callback-job of a crash", () => {
    const crash = (ErrorType: string, secondsAfterStop: number, watchdogLines = 3) => begins(judgeWatchdog({ status: "FAILED", error: { ErrorType }, secondsAfterStop, watchdogLines }).answer);
    assert.deepEqual([crash("JobFailed", 2), crash("JobTimedOut", 15), crash("JobFailed", 800), crash("JobFailed", 2, 0), crash("TaskRefused", 2)], ["yes", "no", "unclear", "unclear", "unclear"]);
  });

  it("tell which of the task's roles does not work", () => {
    const ended = (status: string) => ({ status });
    const start = (polled: string, reported: string, jobLines: number) => begins(judgeTaskStart({ polled: ended(polled), reported: ended(reported), jobLines }).answer);
    assert.deepEqual([start("SUCCEEDED", "SUCCEEDED", 5), start("FAILED", "FAILED", 0), start("SUCCEEDED", "SUCCEEDED", 0), start("SUCCEEDED", "FAILED", 5)], ["yes", "no", "in part", "in part"]);
  });

  it("compare the metric of operations with the histories, unless somebody else ran math", () => {
    assert.deepEqual(
      [judgeOperations(counted, { sum: 12 }, []), judgeOperations(counted, { sum: 30 }, []), judgeOperations({ ...counted, executions: 3 }, { sum: 12 }, []), judgeOperations(counted, {}, [])].map(({ answer }) => begins(answer)),
      ["yes", "no", "unclear", "not observed"],
    );
  });

  it("say whether a returned FAILED counts as an error, and which metric comes first", () => {
    assert.deepEqual([judgeErrors(counted, { sum: 0 }, { sum: 1 }), judgeErrors(counted, { sum: 1 }, { sum: 1 }), judgeErrors(counted, {}, { sum: 1 })].map(({ answer }) => begins(answer)), ["no", "yes", "not observed"]);
    assert.equal(judgeDelay({ reported: 40, failed: 130 }).answer, "90 s: the log line's metric comes first");
    assert.match(judgeDelay({ failed: 130 }).answer, /^not observed/);
  });

  it("say whether the running sum computes and returns to 0", () => {
    const alarm = (values: readonly number[], evaluation?: string) => judgeRunningSum([{ name: "a", state: "OK", values, evaluation }]).answer;
    assert.match(alarm([0, 1, 0]), /^yes/);
    assert.match(alarm([0, 1, 1]), /does not end at 0: a/);
    assert.match(alarm([], "EVALUATION_ERROR"), /^no/);
    assert.match(alarm([]), /^not observed/);
    assert.match(judgeRunningSum([]).answer, /^not observed: there is no such alarm/);
  });

  it("know the Scheduler's usage metric by its dimensions", () => {
    assert.match(judgeUsage(["Class=None, Resource=ApproximateSchedule, Service=Scheduler, Type=Resource"], 3).answer, /^yes/);
    assert.match(judgeUsage(["Resource=Schedule, Service=Scheduler"], 3).answer, /^no:/);
    assert.match(judgeUsage([], undefined).answer, /^not observed/);
  });

  it("have question, answer and evidence, and name what could not be observed", async () => {
    const failed = await ask("Is it so?", async () => Promise.reject(Object.assign(new Error("no metrics\nhere"), { name: "UnknownOperationException" })));
    assert.equal(answerText(failed, 1), "1. Is it so?\n   answer:   not observed: UnknownOperationException: no metrics\n");
    const seen = await ask("Is it so?", async () => ({ answer: "yes", evidence: ["one", "two"] }));
    assert.equal(answerText(seen, 2), "2. Is it so?\n   answer:   yes\n   evidence: one\n             two\n");
  });
});
