import assert from "node:assert/strict";
import type { Event } from "@aws-sdk/client-lambda";
import { costOf, meter } from "../../bench/costs/meter.ts";
import { fixedPolls, safetyNetPolls } from "../../bench/costs/polling.ts";
import { runClients } from "../../bench/load/clients.ts";
import { treeKilobytes } from "../../bench/processes.ts";
import { check } from "../../bench/report/section.ts";
import { textTable } from "../../bench/report/text.ts";
import { percentile, summarize } from "../../bench/statistics.ts";

describe("The bench", () => {
  it("takes percentiles by nearest rank", () => {
    const values = [1, 2, 3, 4];
    assert.deepEqual([0, 0.25, 0.5, 0.51, 0.99, 1].map((share) => percentile(values, share)), [1, 1, 2, 3, 4, 4]);
    assert.throws(() => percentile([], 0.5), RangeError);
    assert.deepEqual(summarize([30, 10, 20], 2), { count: 3, seconds: 2, perSecond: 1.5, p50: 20, p99: 30 });
  });

  it("counts operations as they are billed: starts, steps, retries, waits, callbacks and branches, but no ends", () => {
    const at = (second: number) => new Date(second * 1000);
    const events: Event[] = [
      { EventType: "ExecutionStarted", ExecutionStartedDetails: { Input: { Payload: '{"a":1}' }, ExecutionTimeout: 60 } },
      { EventType: "StepStarted" },
      { EventType: "StepFailed", StepFailedDetails: { Error: { Payload: { ErrorMessage: "no" } }, RetryDetails: { CurrentAttempt: 1, NextAttemptDelaySeconds: 1 } } },
      { EventType: "InvocationCompleted", InvocationCompletedDetails: { StartTimestamp: at(10), EndTimestamp: at(12), RequestId: "r" } },
      { EventType: "StepSucceeded", StepSucceededDetails: { Result: { Payload: "é" }, RetryDetails: { CurrentAttempt: 2 } } },
      { EventType: "WaitStarted" },
      { EventType: "WaitSucceeded" },
      { EventType: "CallbackStarted" },
      { EventType: "ContextStarted" },
      { EventType: "ExecutionSucceeded" },
    ];
    assert.deepEqual(meter(events), { operations: 6, invocations: 1, bytesWritten: 7 + '{"ErrorMessage":"no"}'.length + 2, computeSeconds: 2 });
  });

  it("adds up what runs cost", () => {
    const usage = { operations: 4, invocations: 2, bytesWritten: 1_000, computeSeconds: 3 };
    // 32 USD of operations for a million executions of four is AWS's own example.
    assert.ok(Math.abs(costOf({ ...usage, invocations: 0, bytesWritten: 0, computeSeconds: 0 }, 1_000_000, 0.25) - 32) < 1e-9);
    const expected = 1_000 * (4 * 8e-6 + 1_000 * 0.25e-9 + 2 * 0.2e-6 + 3 * 0.25 * 0.0000133334);
    assert.ok(Math.abs(costOf(usage, 1_000, 0.25) - expected) < 1e-9);
  });

  it("compares the polls for a lost event with fixed ones", () => {
    assert.deepEqual(fixedPolls(10, 60), { polls: 7, longestDelay: 10 });
    assert.equal(fixedPolls(10, 86_400).polls, 8_641);
    assert.deepEqual(safetyNetPolls(86_400, 86_400, 3, 21_600), { polls: 32, longestDelay: 3_300 });
  });

  it("makes as many requests as it was asked to, and counts none that fails", async () => {
    let made = 0;
    const { count } = await runClients({ clients: 3, requestsPerClient: 2 }, async () => {
      made++;
    });
    assert.deepEqual([made, count], [6, 6]);
    await assert.rejects(runClients({ clients: 1, requestsPerClient: 2 }, async () => assert.fail("refused")), /refused/);
  });

  it("adds up the memory of a process and its descendants, and of nobody else", () => {
    const rows = [
      { pid: 1, parent: 0, kilobytes: 1_000 },
      { pid: 2, parent: 1, kilobytes: 10 },
      { pid: 3, parent: 2, kilobytes: 5 },
      { pid: 4, parent: 1, kilobytes: 100 },
    ];
    assert.equal(treeKilobytes(rows, 2), 15);
  });

  it("says whether a target was met, missed, or could not be judged", () => {
    assert.deepEqual(check("speed", 2.5, "at least", 2, "times"), { name: "speed", figure: "2.5 times", target: "at least 2 times", outcome: "met" });
    assert.equal(check("speed", 1.99, "at least", 2, "times").outcome, "missed");
    assert.equal(check("memory", 201, "at most", 200, "MiB").outcome, "missed");
    assert.equal(check("speed", undefined, "at least", 2, "times").outcome, "unknown");
  });

  it("lines up tables, numbers to the right", () => {
    assert.equal(textTable(["what", "n"], [["a", 10], ["long", 1]]), "what  n\n----  --\na     10\nlong   1");
  });
});
