import assert from "node:assert/strict";
import { catchUp, firing, type Timing } from "../../../local/scheduler/timing.ts";
import { isTimeZone, parseExpression } from "../../../operator/schedule/expression.ts";
import { isOneTime, nextMoment } from "../../../operator/schedule/next-moment.ts";

const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";

function timing(scheduleExpression: string, scheduleExpressionTimezone = "UTC", more: Partial<Timing> = {}): Timing {
  return { scheduleExpression, scheduleExpressionTimezone, state: "ENABLED", flexibleTimeWindow: { mode: "OFF" }, ...more };
}

/** The next moments after one, as UTC with minutes. */
function moments(schedule: Timing, after: string, count: number, anchor = after): string[] {
  const found: string[] = [];
  let moment = nextMoment(schedule, Date.parse(anchor), Date.parse(after));
  while (moment !== undefined && found.length < count) {
    found.push(new Date(moment).toISOString().slice(0, 16));
    moment = nextMoment(schedule, Date.parse(anchor), moment);
  }
  return found;
}

describe("Cron expressions", () => {
  const table: [expression: string, after: string, expected: string[]][] = [
    ["cron(0/15 10 ? * MON-FRI 2026)", "2026-01-02T10:40:00Z", ["2026-01-02T10:45", "2026-01-05T10:00"]],
    ["cron(0 18 ? * 6L *)", "2026-01-01T00:00:00Z", ["2026-01-30T18:00", "2026-02-27T18:00"]],
    ["cron(0 9 ? * 1 *)", "2026-01-01T00:00:00Z", ["2026-01-04T09:00", "2026-01-11T09:00"]],
    ["cron(0 9 ? * 2#1 *)", "2026-01-01T00:00:00Z", ["2026-01-05T09:00", "2026-02-02T09:00"]],
    ["cron(0 9 ? * FRI#5 *)", "2026-01-01T00:00:00Z", ["2026-01-30T09:00", "2026-05-29T09:00"]],
    ["cron(0 9 ? * L *)", "2026-01-01T00:00:00Z", ["2026-01-03T09:00", "2026-01-10T09:00"]],
    ["cron(0 18 L * ? *)", "2026-01-15T00:00:00Z", ["2026-01-31T18:00", "2026-02-28T18:00"]],
    ["cron(0 18 LW * ? *)", "2026-01-15T00:00:00Z", ["2026-01-30T18:00", "2026-02-27T18:00"]],
    ["cron(0 8 3W * ? *)", "2026-01-01T00:00:00Z", ["2026-01-02T08:00", "2026-02-03T08:00"]],
    ["cron(0 8 1W * ? *)", "2026-07-31T00:00:00Z", ["2026-08-03T08:00", "2026-09-01T08:00"]],
    ["cron(0 0 29 2 ? *)", "2026-01-01T00:00:00Z", ["2028-02-29T00:00", "2032-02-29T00:00"]],
    ["cron(0 0 29 2 ? *)", "2096-03-01T00:00:00Z", ["2104-02-29T00:00"]],
    ["cron(0 0 1 jan,jul ? *)", "2026-01-01T00:00:00Z", ["2026-07-01T00:00", "2027-01-01T00:00"]],
    ["cron(5-10/2 0 1 1 ? *)", "2026-01-01T00:00:00Z", ["2026-01-01T00:05", "2026-01-01T00:07", "2026-01-01T00:09", "2027-01-01T00:05"]],
    ["cron(0 0 1 1 ? 2026-2030/2)", "2026-06-01T00:00:00Z", ["2028-01-01T00:00", "2030-01-01T00:00"]],
  ];
  for (const [expression, after, expected] of table) {
    it(`${expression} after ${after} is ${expected[0]}`, () => {
      assert.deepEqual(moments(timing(expression), after, expected.length), expected);
    });
  }

  it("ends with its last year, and never comes when the day does not exist", () => {
    assert.deepEqual(moments(timing("cron(0 0 1 1 ? 2027)"), "2026-06-01T00:00:00Z", 5), ["2027-01-01T00:00"]);
    assert.deepEqual(moments(timing("cron(0 0 1 1 ? 2020)"), "2026-06-01T00:00:00Z", 5), []);
    assert.deepEqual(moments(timing("cron(0 0 30 2 ? *)"), "2026-06-01T00:00:00Z", 5), []);
  });
});

describe("Cron expressions and daylight saving", () => {
  const table: [what: string, expression: string, timeZone: string, after: string, expected: string[]][] = [
    ["keeps to the wall clock in spring", "cron(0 9 * * ? *)", BERLIN, "2026-03-28T00:00:00Z", ["2026-03-28T08:00", "2026-03-29T07:00"]],
    ["keeps to the wall clock in autumn", "cron(0 9 * * ? *)", NEW_YORK, "2026-10-31T00:00:00Z", ["2026-10-31T13:00", "2026-11-01T14:00"]],
    ["leaves out a time that is skipped (Berlin)", "cron(30 2 * * ? *)", BERLIN, "2026-03-28T00:00:00Z", ["2026-03-28T01:30", "2026-03-30T00:30"]],
    ["leaves out a time that is skipped (New York)", "cron(30 2 * * ? *)", NEW_YORK, "2026-03-07T00:00:00Z", ["2026-03-07T07:30", "2026-03-09T06:30"]],
    ["goes straight over the gap", "cron(0/30 * * * ? *)", BERLIN, "2026-03-29T00:00:00Z", ["2026-03-29T00:30", "2026-03-29T01:00", "2026-03-29T01:30"]],
    ["fires once for a time that comes twice (Berlin)", "cron(30 2 * * ? *)", BERLIN, "2026-10-24T12:00:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]],
    ["fires once for a time that comes twice (New York)", "cron(30 1 * * ? *)", NEW_YORK, "2026-10-31T12:00:00Z", ["2026-11-01T05:30", "2026-11-02T06:30"]],
    ["does not repeat the hour", "cron(0/30 * * * ? *)", BERLIN, "2026-10-25T00:00:00Z", ["2026-10-25T00:30", "2026-10-25T02:00"]],
    ["does not repeat a time when asked in the second pass", "cron(30 2 * * ? *)", BERLIN, "2026-10-25T01:10:00Z", ["2026-10-26T01:30"]],
  ];
  for (const [what, expression, timeZone, after, expected] of table) {
    it(what, () => assert.deepEqual(moments(timing(expression, timeZone), after, expected.length), expected));
  }
});

describe("Rate and one-time expressions", () => {
  it("counts a rate from its anchor, a day being 24 hours over daylight saving", () => {
    const schedule = timing("rate(1 day)", BERLIN);
    assert.deepEqual(moments(schedule, "2026-03-28T20:00:00Z", 2, "2026-03-28T10:00:00Z"), ["2026-03-29T10:00", "2026-03-30T10:00"]);
  });

  it("counts a rate from its start date, which is its first moment", () => {
    const schedule = timing("rate(15 minutes)", "UTC", { startDate: "2026-01-01T10:00:00Z" });
    assert.deepEqual(moments(schedule, "2026-01-01T00:00:00Z", 2), ["2026-01-01T10:00", "2026-01-01T10:15"]);
    assert.deepEqual(moments(schedule, "2026-01-01T10:20:00Z", 1), ["2026-01-01T10:30"]);
  });

  it("ends at the end date and does not begin before the start date", () => {
    const dates = { startDate: "2026-01-02T12:00:00Z", endDate: "2026-01-04T12:00:00Z" };
    assert.deepEqual(moments(timing("cron(0 9 * * ? *)", "UTC", dates), "2026-01-01T00:00:00Z", 9), ["2026-01-03T09:00", "2026-01-04T09:00"]);
  });

  it("has no moment while it is disabled", () => {
    assert.deepEqual(moments(timing("rate(1 minute)", "UTC", { state: "DISABLED" }), "2026-01-01T00:00:00Z", 1), []);
  });

  it("takes a one-time moment in its time zone, whatever the start and end dates", () => {
    const dates = { startDate: "2030-01-01T00:00:00Z", endDate: "2031-01-01T00:00:00Z" };
    assert.deepEqual(moments(timing("at(2026-07-01T09:00:00)", BERLIN, dates), "2026-01-01T00:00:00Z", 2), ["2026-07-01T07:00"]);
  });

  it("moves a one-time moment that is skipped by the gap, and takes the first of two", () => {
    assert.deepEqual(moments(timing("at(2026-03-29T02:30:00)", BERLIN), "2026-01-01T00:00:00Z", 1), ["2026-03-29T01:30"]);
    assert.deepEqual(moments(timing("at(2026-10-25T02:30:00)", BERLIN), "2026-01-01T00:00:00Z", 1), ["2026-10-25T00:30"]);
  });

  it("knows which fire once", () => {
    assert.equal(isOneTime(timing("at(2026-03-29T02:30:00)")), true);
    assert.equal(isOneTime(timing("rate(1 hour)")), false);
  });
});

describe("What Scheduler takes for an expression", () => {
  const invalid = [
    "cron(0 1 * * * *)", "cron(0 1 ? * ? *)", "cron(7 20 * * NOT *)", "cron(INVALID)", "cron(0 dummy ? * MON-FRI *)", "cron(71 8 1 * ? *)", "cron()",
    "cron(0 24 * * ? *)", "cron(0 0 ? * 0 *)", "cron(0 0 ? * 8 *)", "cron(0 0 ? * 3#6 *)", "cron(0 0 ? * 3#1,6#3 *)", "cron(0 0 L-3 * ? *)",
    "cron(0 0 1 13 ? *)", "cron(0 0 32 * ? *)", "cron(0 0 * * ? 1969)", "cron(0 0 * * ?)", "cron(0 0 0 * * ? *)", "cron(*/0 * * * ? *)",
    "rate(10 seconds)", "rate(10 years)", "rate()", "rate(10)", "rate(10 minutess)", "rate(foo minutes)", "rate(0 minutes)", "rate(-10 minutes)",
    "rate( 10 minutes )", " rate(10 minutes)", "rate(1.5 hours)",
    "at(2021-12-31T23:59:59Z)", "at(2021-12-31)", "at(2026-02-30T00:00:00)", "at(2026-01-01T24:00:00)", "at(2026-01-01 00:00:00)", "every 5 minutes", "",
  ];
  for (const expression of invalid) {
    it(`not ${JSON.stringify(expression)}`, () => {
      assert.throws(
        () => parseExpression(expression),
        (error) =>
          error instanceof RangeError && error.message === `Invalid Schedule Expression ${expression}.`,
      );
    });
  }

  for (const expression of ["rate(1 minute)", "rate(2 minute)", "rate(1 hours)", "at(2022-12-31T23:59:59)", "cron(0 9 ? * mon-fri *)"]) {
    it(`but ${expression}`, () => assert.ok(parseExpression(expression)));
  }

  it("takes names of time zones, not offsets", () => {
    const names = ["UTC", BERLIN, "Asia/Kolkata", "+02:00", "Berlin", ""];
    assert.deepEqual(names.filter(isTimeZone), ["UTC", BERLIN, "Asia/Kolkata"]);
  });
});

describe("A flexible window", () => {
  const schedule = timing("rate(1 hour)", "UTC", { flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 10 } });

  it("fires inside the window, never before the moment", () => {
    assert.deepEqual(firing(schedule, 1_000, 0), { moment: 1_000, fireAt: 1_000 });
    assert.deepEqual(firing(schedule, 1_000, 0.999999), { moment: 1_000, fireAt: 1_000 + 599_999 });
  });
});

describe("Moments that were missed", () => {
  const anchor = Date.parse("2026-01-01T00:00:00Z");
  const hour = 3_600_000;
  const missed = (expression: string, next: number, now: number, maximumAge: number) =>
    catchUp(timing(expression), anchor, { moment: next, fireAt: next }, now, maximumAge);

  it("fire, oldest first, unless they are too old to be delivered", () => {
    assert.equal(missed("rate(1 hour)", anchor, anchor + 5.5 * hour, 24 * hour), anchor);
    assert.equal(missed("rate(1 hour)", anchor, anchor + 5.5 * hour, 2 * hour), anchor + 4 * hour);
  });

  it("leave the next one when all are too old", () => {
    assert.equal(missed("rate(1 hour)", anchor, anchor + 5.5 * hour, 60_000), anchor + 6 * hour);
  });

  it("are at most the newest hundred", () => {
    const now = anchor + 10 * hour;
    assert.equal(missed("rate(1 minute)", anchor, now, 24 * hour), now - 99 * 60_000);
  });

  it("fire however old for a one-time schedule", () => {
    const moment = Date.parse("2026-01-01T09:00:00Z");
    assert.equal(missed("at(2026-01-01T09:00:00)", moment, moment + 1000 * hour, 60_000), moment);
  });

  it("are not taken for missed while the flexible window lasts", () => {
    const next = { moment: anchor, fireAt: anchor + hour };
    assert.equal(catchUp(timing("rate(1 minute)"), anchor, next, anchor + hour + 50, 60_000), anchor);
  });
});
