import assert from "node:assert/strict";
import { parseJsonPattern } from "../../../local/logs/json-pattern.ts";

const EVENT = JSON.stringify({
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [{ name: "a", id: 1 }, { name: "b", id: 2 }],
  SomeObject: null,
  ThisFlag: true,
  latency: 12.5,
  "cluster.name": "c",
  nested: { level: "ERROR", quote: 'say "hi"' },
});

/** By the examples of the CloudWatch Logs User Guide, "Filter pattern syntax". */
const PATTERNS: readonly (readonly [string, boolean])[] = [
  ['{ $.eventType = "UpdateTrail" }', true],
  ["{ $.eventType = UpdateTrail }", true],
  ['{$.eventType="Update*"}', true],
  ['{ $.eventType = "*Trail" }', true],
  ['{ $.eventType = "Trail" }', false],
  ['{ $.eventType != "UpdateTrail" }', false],
  ["{ $.sourceIPAddress != 123.123.* }", true],
  ["{ $.sourceIPAddress = 111.111.* }", true],
  ['{ $.arrayKey[0] = "value" }', true],
  ['{ $.arrayKey[1] = "value" }', false],
  ["{ $.objectList[1].id = 2 }", true],
  ["{ $.latency > 12 }", true],
  ["{ $.latency >= 1.25e1 }", true],
  ["{ $.latency < 12.5 }", false],
  ["{ $.latency <= 12.5 }", true],
  ["{ $.latency != 12.5 }", false],
  ["{ $.eventType = 12 }", false],
  ["{ $.SomeObject IS NULL }", true],
  ["{ $.Other IS NULL }", false],
  ["{ $.Other NOT EXISTS }", true],
  ["{ $.SomeObject NOT EXISTS }", false],
  ["{ $.ThisFlag IS TRUE }", true],
  ["{ $.ThisFlag IS FALSE }", false],
  ['{ $.Other != "x" }', false],
  ['{ $.nested = "*" }', false],
  ['{ $.nested.level = "ERROR" && $.latency > 100 }', false],
  ['{ $.nested.level = "ERROR" || $.latency > 100 && $.latency < 1 }', true],
  ['{ ($.nested.level = "ERROR" || $.latency > 100) && $.latency < 1 }', false],
  ["{ $.['cluster.name'] = c }", true],
  ['{ $.nested.quote = "say \\"hi\\"" }', true],
  ['{ $.constructor = "*" }', false],
];

describe("A JSON filter pattern", () => {
  for (const [pattern, matches] of PATTERNS) {
    it(`${matches ? "matches" : "does not match"} by ${pattern}`, () => assert.equal(parseJsonPattern(pattern)(EVENT), matches));
  }

  it("matches no message that is not JSON", () => {
    assert.equal(parseJsonPattern("{ $.a NOT EXISTS }")("plain text"), false);
  });

  const unknown: readonly (readonly [string, RegExp])[] = [
    ["{ $.a = %x.*% }", /regular expressions such as %x\.\*%/],
    ["{ $.a EXISTS }", /unknown operator EXISTS/],
    ["{ $.a LIKE b }", /unknown operator LIKE b/],
    ["{ $.a[*] = 1 }", /unknown operator|unexpected/],
    ['{ $.a > "x" }', /> compares numbers, not x/],
    ["{ a = 1 }", /a selector such as \$\.field is expected, not a/],
    ["{ ($.a = 1 }", /parenthesis/],
    ["{ $.a = 1 } }", /unexpected \}/],
    ["{ }", /selector/],
    ["{ $.a = }", /a value is expected after =/],
  ];
  for (const [pattern, message] of unknown) {
    it(`refuses ${pattern}, naming what it does not know`, () => assert.throws(() => parseJsonPattern(pattern), message));
  }
});
