import assert from "node:assert/strict";
import { occurrenceName } from "../../../functions/shared/occurrence.ts";

const occurrence = { scheduleArn: "arn:aws:scheduler:eu-west-1:111122223333:schedule/reports/report", scheduledTime: "2026-11-21T10:00:00Z" };

describe("The name of an occurrence", () => {
  it("is the same for each delivery", () => {
    assert.equal(occurrenceName({ ...occurrence }), occurrenceName({ ...occurrence }));
  });

  it("differs for another time and for another schedule", () => {
    assert.notEqual(occurrenceName({ ...occurrence, scheduledTime: "2026-11-21T11:00:00Z" }), occurrenceName(occurrence));
    assert.notEqual(occurrenceName({ ...occurrence, scheduleArn: `${occurrence.scheduleArn}-2` }), occurrenceName(occurrence));
  });

  it("is allowed as the name of an execution, which is no longer than 64 characters and has no colon", () => {
    assert.match(occurrenceName(occurrence), /^[\w-]{1,64}$/);
  });
});
