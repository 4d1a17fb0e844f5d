import assert from "node:assert/strict";
import { isTimeZone, scheduleMoment } from "../../../functions/create-reminder/moment.ts";

describe("the moment of a reminder", () => {
  it("stays local to an IANA time zone, spelt as IANA does", () => {
    assert.deepEqual(scheduleMoment("2027-07-01T09:00:00", "europe/berlin"), {
      at: "2027-07-01T09:00:00",
      timeZone: "Europe/Berlin",
      epochMilliseconds: Date.parse("2027-07-01T07:00:00Z"),
    });
  });

  it("goes by UTC for a UTC offset, into another day if need be", () => {
    const moment = scheduleMoment("2027-01-01T01:00:00", "+05:30");
    assert.deepEqual([moment.at, moment.timeZone], ["2026-12-31T19:30:00", "UTC"]);
  });

  it("is the first of two when the clock is set back, and unmistakable", () => {
    assert.deepEqual(scheduleMoment("2026-10-25T02:30:00", "Europe/Berlin"), {
      at: "2026-10-25T00:30:00",
      timeZone: "UTC",
      epochMilliseconds: Date.parse("2026-10-25T00:30:00Z"),
    });
  });

  it("does not exist when the clock is set forward over it", () => {
    assert.throws(() => scheduleMoment("2027-03-28T02:30:00", "Europe/Berlin"), { name: "InvalidInput", message: /skips/ });
    assert.throws(() => scheduleMoment("2027-03-14T02:00:00", "America/New_York"), { name: "InvalidInput" });
  });

  for (const zone of ["Mars/Olympus", "+25:00", "UTC+2", ""]) {
    it(`is not to be had in a zone "${zone}"`, () => assert.equal(isTimeZone(zone), false));
  }
});
