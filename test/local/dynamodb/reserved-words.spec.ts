import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { RESERVED_WORDS } from "../../../local/dynamodb/expressions/reserved-words.ts";

describe("DynamoDB's reserved words", () => {
  it("are those of the Developer Guide's page, which has 573 of them", () => {
    const words = [...RESERVED_WORDS].sort();
    assert.equal(words.length, 573);
    // Of the page's words, sorted, one a line.
    assert.equal(hash("sha256", words.join("\n")), "2269c45be257f14faa7d264a5cad5641164bd21173cfecd0e4f670a599d06347");
  });
});
