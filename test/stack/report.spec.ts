import { GetScheduleCommand } from "@aws-sdk/client-scheduler";
import assert from "node:assert/strict";
import * as z from "zod";
import { output, scheduler, succeed } from "./stack.ts";

describe("report", () => {
  it("adds up, for the moment that its schedule names", async () => {
    const moment = { scheduledTime: "2026-11-21T10:00:00Z", executionId: "by-hand" };
    const report = z.looseObject({ total: z.number(), source: z.string() }).parse(await succeed("reportAliasArn", moment));
    assert.ok(report.total > 0);
    assert.deepEqual([report["scheduledTime"], report["executionId"]], [moment.scheduledTime, moment.executionId]);
  });

  it("is started by a schedule, as the version that was published last", async () => {
    // arn:…:schedule/<group>/<name>
    const [GroupName, Name] = output("reportScheduleArn").split("/").slice(1);
    const { Target: target } = await scheduler.send(new GetScheduleCommand({ GroupName, Name }));
    const functionArn = output("reportAliasArn").split(":").slice(0, -1).join(":");
    assert.equal(target?.Arn, `${functionArn}:${output("reportVersion")}`);
    assert.match(target.Input ?? "", /<aws\.scheduler\.scheduled-time>/);
  });
});
