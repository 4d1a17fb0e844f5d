import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import * as z from "zod";
import { deliverTwice, outcome } from "./occurrences.ts";
import { output, scheduler, succeed } from "./stack.ts";

const report = z.looseObject({ total: z.number(), source: z.string(), reportId: z.string(), created: z.boolean() });

// arn:…:schedule/<group>/<name>
const schedule = () => {
  const [GroupName, Name] = output("reportScheduleArn").split("/").slice(1);
  return scheduler.send(new GetScheduleCommand({ GroupName, Name }));
};

describe("report", () => {
  it("adds up, for the time that its schedule names", async () => {
    const input = { scheduledTime: "2026-11-21T10:00:00Z", executionId: "by-hand" };
    const result = report.parse(await succeed("reportAliasArn", input));
    assert.ok(result.total > 0);
    assert.deepEqual([result["scheduledTime"], result["executionId"]], [input.scheduledTime, input.executionId]);
  });

  it("is invoked by a schedule, as the version that was published last", async () => {
    const { Target: target } = await schedule();
    const functionArn = output("reportAliasArn").split(":").slice(0, -1).join(":");
    assert.equal(target?.Arn, `${functionArn}:${output("reportVersion")}`);
    assert.match(target.Input ?? "", /<aws\.scheduler\.scheduled-time>/);
  });

  it("is stored once when the Scheduler delivers an occurrence of its schedule twice", async () => {
    // In no year of its schedule, and another in each run.
    const scheduledTime = new Date(randomInt(Date.parse("1990-01-01T00:00:00Z"))).toISOString().replace(/\.\d+Z$/, "Z");
    const [first, second] = (await deliverTwice(await schedule(), scheduledTime)).map((result) => report.parse(result));
    assert.ok(first && second);
    assert.deepEqual([first.created, second.created].sort(), [false, true]);
    assert.deepEqual([first.reportId, first.total], [second.reportId, second.total]);
    const stored = await outcome(first.reportId);
    assert.deepEqual(stored.outcome, { total: first.total, source: first.source });
    assert.deepEqual([stored.scheduleArn, stored.scheduledTime], [output("reportScheduleArn"), scheduledTime]);
  });
});
