import assert from "node:assert/strict";
import { findLetter, type DeadLetter } from "../../../cli/client/dead-letters.ts";

const letters = ["0c0e8a52", "0c0e9b11", "f1c1"].map((id): DeadLetter => ({ id, sentAt: "2026-01-01T00:00:00Z", attributes: {}, text: "{}", receiptHandle: id }));

describe("The dead letter that is meant", () => {
  it("is known by its id, or the beginning of one that no other has", () => {
    assert.equal(findLetter(letters, "f").id, "f1c1");
    assert.equal(findLetter(letters, "0c0e8a52").id, "0c0e8a52");
  });

  it("is never several, not even where a script's variable was empty", () => {
    for (const reference of ["0c0e", ""]) assert.throws(() => findLetter(letters, reference), { exitCode: 2, message: /may be any of [23] messages: 0c0e8a52, 0c0e9b11/ });
    assert.throws(() => findLetter(letters, "2"), { exitCode: 3 });
  });
});
