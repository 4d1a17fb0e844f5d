import "../environment.ts";
import assert from "node:assert/strict";
import { createHandler as createReminder } from "../../../functions/create-reminder/handler.ts";
import { createHandler as report } from "../../../functions/report/handler.ts";
import { survivesEveryCrash } from "../../kit/survives-every-crash.ts";
import { CrashWorld } from "./world.ts";

const TEA = { key: "tea", at: "2026-01-01T00:10:00", payload: { cup: 1 } };

describe("A workflow survives every crash:", () => {
  it("report, invoked by its schedule", async () => {
    const occurrence = { scheduledTime: "2026-01-01T00:00:00Z", scheduleArn: "arn:schedule", executionId: "1" };
    const { outcome } = await survivesEveryCrash(report, occurrence, (outside) => new CrashWorld(outside));
    assert.match(outcome, /"created":true.*"scheduledTime":"2026-01-01T00:00:00Z"/);
  });

  it("create-reminder, with the key of a reminder that is deleted a minute later", async () => {
    const { outcome } = await survivesEveryCrash(createReminder, TEA, (outside) => {
      const world = new CrashWorld(outside);
      world.fakeScheduler.put("tea", "2025-12-31T23:59:59");
      outside.after(60, () => world.fakeScheduler.schedules.delete("tea"));
      return world;
    });
    assert.match(outcome, /"created":true/);
  });

  it("create-reminder, with the key of a reminder that is to come", async () => {
    const { outcome } = await survivesEveryCrash(createReminder, TEA, (outside) => {
      const world = new CrashWorld(outside);
      world.fakeScheduler.put("tea", "2026-02-01T00:00:00");
      return world;
    });
    assert.match(outcome, /"created":false/);
  });
});
