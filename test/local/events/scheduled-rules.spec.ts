import assert from "node:assert/strict";
import { join } from "node:path";
import { temporaryFolder } from "../ecs/fixtures.ts";
import { FakeClock } from "../scheduler/harness.ts";
import { Harness, rule, RULE } from "./harness.ts";

const scheduled = (scheduleExpression: string, target = {}) => rule({ scheduleExpression, eventPattern: undefined, target });

describe("A scheduled rule", () => {
  it("hands the event Scheduled Event to its targets at each time of its rate, from its first start on", async () => {
    const clock = new FakeClock("2026-01-01T08:00:30Z");
    using harness = new Harness({ clock, rules: [scheduled("rate(5 minutes)")] });
    harness.bus.start();
    await clock.moveTo("2026-01-01T08:10:31Z");
    assert.deepEqual(
      harness.invocations.map(({ event }) => event.time),
      ["2026-01-01T08:05:30Z", "2026-01-01T08:10:30Z"],
    );
    const { id, time, ...rest } = harness.invocations[0]!.event;
    assert.ok(id !== undefined && time !== undefined);
    assert.deepEqual(rest, { version: "0", "detail-type": "Scheduled Event", source: "aws.events", account: "000000000000", region: "eu-west-1", resources: [RULE], detail: {} });
  });

  it("fires at the times of its cron expression, in UTC, with its target's constant input", async () => {
    const clock = new FakeClock("2026-06-01T08:00:00Z");
    using harness = new Harness({ clock, rules: [scheduled("cron(30 9 * * ? *)", { input: '{"job":"nightly"}' })] });
    harness.bus.start();
    await clock.moveTo("2026-06-01T09:29:59Z");
    assert.equal(harness.invocations.length, 0);
    await clock.moveTo("2026-06-03T09:29:00Z");
    assert.deepEqual(
      harness.invocations.map(({ event }) => event),
      [{ job: "nightly" }, { job: "nightly" }],
    );
  });

  it("fires once for the times that passed while the stack was down, and keeps its rhythm", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "store.sqlite");
    const rules = [scheduled("rate(1 hour)")];
    {
      using harness = new Harness({ file, clock: new FakeClock("2026-01-01T08:15:00Z"), rules });
      harness.bus.start();
    }
    const clock = new FakeClock("2026-01-01T12:00:00Z");
    using harness = new Harness({ file, clock, rules });
    harness.bus.start();
    await clock.moveTo("2026-01-01T12:15:01Z");
    assert.deepEqual(
      harness.invocations.map(({ event }) => event.time),
      ["2026-01-01T09:15:00Z", "2026-01-01T12:15:00Z"],
    );
  });

  it("fires no more once it is disabled or removed, and by its new expression once that has changed", async () => {
    const clock = new FakeClock("2026-01-01T08:00:00Z");
    using harness = new Harness({ clock, rules: [scheduled("rate(1 minute)")] });
    harness.bus.start();
    harness.bus.apply({ rules: [scheduled("rate(1 hour)")] });
    await clock.moveTo("2026-01-01T09:00:00Z");
    assert.equal(harness.invocations.length, 1);
    harness.bus.apply({ rules: [{ ...scheduled("rate(1 hour)"), state: "DISABLED" }] });
    await clock.moveTo("2026-01-01T12:00:00Z");
    assert.equal(harness.invocations.length, 1);
  });

  for (const expression of ["rate(1 minutes)", "rate(5 minute)", "rate(0 minutes)", "cron(* * * * *)", "at(2026-01-01T00:00:00)", "hourly"]) {
    it(`is refused by name with the expression ${expression}`, () => {
      assert.throws(() => new Harness({ rules: [scheduled(expression)] }), { name: "UserError", message: `Rule stopped: Parameter ScheduleExpression is not valid: ${expression}` });
    });
  }

  it("is refused on a bus other than the default one", () => {
    assert.throws(() => new Harness({ rules: [{ ...scheduled("rate(1 hour)"), busName: "orders" }] }), /supported only on the default event bus/);
  });
});
