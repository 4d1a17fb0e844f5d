import assert from "node:assert/strict";
import { expressionFault, isTimeZone } from "../../infra/schedule-expression.ts";

describe("A recurring schedule's expression", () => {
  const good = [
    "rate(1 minute)",
    "rate(5 minutes)",
    "rate(12 hours)",
    "rate(7 days)",
    "cron(* * * * ? *)",
    "cron(0 10 * * ? *)",
    "cron(15 12 * * ? *)",
    "cron(0 18 ? * MON-FRI *)",
    "cron(0 8 1 * ? *)",
    "cron(0/10 * ? * MON-FRI *)",
    "cron(0/5 8-17 ? * 2-6 *)",
    "cron(0 9 ? * 2#1 *)",
    "cron(0 0 L * ? *)",
    "cron(0 0 ? * L *)",
    "cron(0 0 ? * 6L *)",
    "cron(0 0 15W * ? *)",
    "cron(0 6 1 JAN,JUL ? 2030-2199)",
  ];
  for (const expression of good) {
    it(`may be ${expression}`, () => {
      assert.equal(expressionFault(expression), undefined);
    });
  }

  const bad: readonly [string, RegExp][] = [
    ["0 8 * * ? *", /neither rate/],
    ["at(2030-01-01T00:00:00)", /neither rate/],
    ["rate(0 minutes)", /no rate of the form/],
    ["rate(1.5 hours)", /no rate of the form/],
    ["rate(5 seconds)", /no rate of the form/],
    ["cron(0 8 * * *)", /5 cron fields/],
    ["cron(0 8 * * * *)", /needs \? in exactly one/],
    ["cron(0 8 ? * ? *)", /needs \? in exactly one/],
    ["cron(60 8 * * ? *)", /does not parse/],
    ["cron(0 24 * * ? *)", /does not parse/],
    ["cron(0 8 ? * 0 *)", /has day-of-week 0/],
    ["cron(0 8 ? * 1-8 *)", /has day-of-week 8/],
    ["cron(0 8 ? * MONDAY *)", /does not parse/],
    ["cron(0 8 30 2 ? *)", /never fires/],
    ["cron(0 8 * * ? 2020)", /never fires/],
  ];
  for (const [expression, fault] of bad) {
    it(`may not be ${expression}`, () => {
      assert.match(expressionFault(expression) ?? "", fault);
    });
  }
});

describe("A schedule's time zone", () => {
  it("is an IANA name", () => {
    for (const name of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3"]) assert.ok(isTimeZone(name), name);
  });

  it("is not an offset, nor a place that there is not", () => {
    for (const name of ["+02:00", "-0500", "Mars/Olympus", ""]) assert.equal(isTimeZone(name), false, name);
  });
});
