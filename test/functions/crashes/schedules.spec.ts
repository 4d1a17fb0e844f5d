import "../environment.ts";
import assert from "node:assert/strict";
import { createHandler as createReminder } from "../../../functions/create-reminder/handler.ts";
import { createHandler as math } from "../../../functions/math/handler.ts";
import { createHandler as reminder } from "../../../functions/reminder/handler.ts";
import { createHandler as report } from "../../../functions/report/handler.ts";
import { survivesEveryCrash } from "../../kit/survives-every-crash.ts";
import { CrashWorld } from "./world.ts";

const OCCURRENCE = { scheduledTime: "2026-01-01T00:00:00Z", scheduleArn: "arn:schedule", executionId: "1" };
const TEA = { key: "tea", at: "2026-01-01T00:10:00", payload: { cup: 1 } };

describe("A workflow survives every crash:", () => {
  it("math, in every order of its branches", async () => {
    const { everyOrder } = await survivesEveryCrash(math, { num1: 10, num2: 0 }, () => undefined);
    assert.ok(everyOrder);
  });

  it("report, by hand and by its schedule", async () => {
    for (const input of [{}, OCCURRENCE]) {
      const { outcome } = await survivesEveryCrash(report, input, (outside) => new CrashWorld(outside));
      assert.match(outcome, /"created":true/);
    }
  });

  it("reminder", async () => {
    const { outcome } = await survivesEveryCrash(reminder, { ...OCCURRENCE, key: "tea", payload: {} }, (outside) => new CrashWorld(outside));
    assert.match(outcome, /"delivered":true.*"created":true/);
  });

  it("create-reminder, with a new key", async () => {
    const { outcome } = await survivesEveryCrash(createReminder, TEA, (outside) => new CrashWorld(outside));
    assert.match(outcome, /"created":true/);
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
