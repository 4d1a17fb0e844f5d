import assert from "node:assert/strict";
import fc from "fast-check";
import { describeJsonFault } from "../../../cli/text/json-fault.ts";

describe("The place where a text stops to be JSON", () => {
  it("is told by line and column, with the line and a mark below it", () => {
    for (const [text, description] of [
      ["hello", "line 1, column 1: invalid symbol\n  hello\n  ^"],
      ["{'a':1}", "line 1, column 2: invalid symbol\n  {'a':1}\n   ^"],
      ['{"a" 1}', 'line 1, column 6: colon expected\n  {"a" 1}\n       ^'],
      ['{\n\t"a":1,\n}', "line 3, column 1: property name expected\n  }\n  ^"],
      ['{\n\t"a":01\n}', 'line 2, column 7: comma expected\n   "a":01\n        ^'],
      ['{"a":1', 'line 1, column 7: close brace expected\n  {"a":1\n        ^'],
      ['{"a":1} // why', 'line 1, column 9: invalid comment token\n  {"a":1} // why\n          ^'],
      [" \n", "it is empty"],
    ] as const) {
      assert.equal(describeJsonFault(text), description);
    }
  });

  it("is shown with what is around it when the line is long", () => {
    const [, excerpt = "", mark] = describeJsonFault(`{"a":"${"x".repeat(5000)}" "b":"${"y".repeat(5000)}"}`).split("\n");
    assert.equal(excerpt.length, 62);
    assert.equal(mark?.indexOf("^"), excerpt.indexOf('"b"'));
  });

  it("is found in whatever JSON.parse refuses", () => {
    const values = fc.json().chain((json) => fc.tuple(fc.constant(json), fc.nat(json.length), fc.constantFrom(",", "}", "x", '"', "0", "\n", "-", "\\", "\u0001", "\ufeff", "\u00a0", "//")));
    fc.assert(
      fc.property(values, ([json, at, inserted]) => {
        const text = json.slice(0, at) + inserted + json.slice(at);
        try {
          JSON.parse(text);
        } catch {
          assert.match(describeJsonFault(text), /^line \d+, column \d+: [a-z ]+\n {2}.*\n *\^$/, JSON.stringify(text));
        }
      }),
      { seed: 1 },
    );
  });
});
