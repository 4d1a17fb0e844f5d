import assert from "node:assert/strict";
import { fillExample } from "../../operator/example.ts";

const NOW = Date.parse("2026-01-31T23:59:30.500Z");

describe("What an example leaves open", () => {
  it("is filled in wherever it stands in a text", () => {
    const input = { at: "<now+60s>", utc: "<now+0s>Z", deep: [{ key: "tea-<unique>" }], number: 5, nothing: null, yes: true };
    assert.deepEqual(fillExample(input, NOW, "7"), { at: "2026-02-01T00:00:30", utc: "2026-01-31T23:59:30Z", deep: [{ key: "tea-7" }], number: 5, nothing: null, yes: true });
  });

  it("is unique at each time", () => {
    assert.notEqual(fillExample("<unique>", NOW), fillExample("<unique>", NOW + 1));
  });

  it("is nothing else: other texts stay as they are", () => {
    assert.equal(fillExample("<aws.scheduler.scheduled-time> <now> <b>", NOW), "<aws.scheduler.scheduled-time> <now> <b>");
  });
});
