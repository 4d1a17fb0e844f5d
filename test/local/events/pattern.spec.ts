import assert from "node:assert/strict";
import { compilePattern } from "../../../local/events/pattern.ts";

type Row = [filters: unknown[], matching: unknown[], others: unknown[]];

/** Each filter list is the pattern of field `f`; values are what the event has there, `undefined` for nothing. */
const FILTERS: readonly Row[] = [
  [["a"], ["a", ["b", "a"], [["a"]]], ["A", "ab", "", 1, null, undefined, [], { a: 1 }]],
  [["a", "b"], ["a", "b"], ["c"]],
  [[5], [5, 5.0, [4, 5]], ["5", 4, true]],
  [[true], [true], ["true", false, 1]],
  [[null], [null], ["null", undefined, 0, ""]],
  [[""], [""], [null, undefined, " "]],
  [[{ prefix: "ab" }], ["ab", "abc", ["x", "abc"]], ["a", "Ab", "cab", 1, undefined]],
  [[{ prefix: { "equals-ignore-case": "Ab" } }], ["ABC", "abc"], ["ba"]],
  [[{ suffix: ".png" }], ["x.png"], ["x.PNG", "png"]],
  [[{ suffix: { "equals-ignore-case": ".png" } }], ["x.PNG"], ["x.jpg"]],
  [[{ "equals-ignore-case": "Alice" }], ["alice", "ALICE"], ["bob", 1]],
  [[{ wildcard: "dir/*/end" }], ["dir/a/end", "dir/a/b/end", "dir//end"], ["dir/end", "xdir/a/end", "dir/a/end."]],
  [[{ wildcard: "a\\*b" }], ["a*b"], ["axb"]],
  [[{ wildcard: "a\\\\*" }], ["a\\", "a\\x"], ["ab"]],
  [[{ wildcard: "a.c*" }], ["a.c", "a.cd\ne"], ["abc"]],
  [[{ "anything-but": "a" }], ["b", 1, null, ["a", "b"]], ["a", undefined, ["a"]]],
  [[{ "anything-but": ["a", 1] }], ["b", "1"], ["a", 1]],
  [[{ "anything-but": { prefix: "a" } }], ["b"], ["a", "ab", undefined]],
  [[{ "anything-but": { prefix: ["a", "b"] } }], ["c"], ["a", "b"]],
  [[{ "anything-but": { suffix: "z" } }], ["a"], ["az"]],
  [[{ "anything-but": { wildcard: "*lib*" } }], ["a"], ["xlibx"]],
  [[{ "anything-but": { "equals-ignore-case": ["A"] } }], ["b"], ["a", "A"]],
  [[{ numeric: ["=", 3] }], [3], [4, "3"]],
  [[{ numeric: [">", 0, "<=", 5] }], [1, 5, [9, 5]], [0, 6, [0, 6], undefined]],
  [[{ numeric: [">=", -1.5, "<", 2] }], [-1.5, 1.9], [2, -2]],
  [[{ exists: true }], ["a", null, 0, "", ["a"]], [undefined, { a: 1 }]],
  [[{ exists: false }], [undefined], ["a", null, 0]],
  [["a", { exists: false }], ["a", undefined], ["b"]],
  [[{ cidr: "10.0.0.0/24" }], ["10.0.0.1", "10.0.0.255"], ["10.0.1.0", "x", "::1"]],
  [[{ cidr: "2001:db8::/32" }], ["2001:db8::1"], ["2001:db9::1", "10.0.0.1"]],
  [[{ prefix: "x" }, { suffix: "z" }, 7], ["x", "z", 7], ["y", 8]],
];

const PATTERNS: readonly [name: string, pattern: Record<string, unknown>, matching: unknown[], others: unknown[]][] = [
  [
    "fields of all levels together",
    { source: ["aws.ecs"], detail: { lastStatus: ["STOPPED"], clusterArn: ["c"] } },
    [{ source: "aws.ecs", more: 1, detail: { lastStatus: "STOPPED", clusterArn: "c", other: [] } }],
    [
      { source: "aws.ecs", detail: { lastStatus: "STOPPED", clusterArn: "d" } },
      { source: "aws.ecs", detail: { lastStatus: "STOPPED" } },
      { source: "aws.ecs", detail: "STOPPED" },
      { source: "aws.ecs" },
      {},
    ],
  ],
  [
    "the elements of an array of objects, one at a time",
    { containers: { name: ["job"], exitCode: [1] } },
    [{ containers: [{ name: "proxy", exitCode: 0 }, { name: "job", exitCode: 1 }] }],
    [{ containers: [{ name: "proxy", exitCode: 1 }, { name: "job", exitCode: 0 }] }, { containers: [] }],
  ],
  ["a field that is absent below an absent parent", { detail: { error: [{ exists: false }] } }, [{ detail: {} }, {}], [{ detail: { error: "x" } }]],
  [
    "$or, together with the fields beside it",
    { source: ["s"], $or: [{ a: [1] }, { detail: { b: [{ numeric: [">", 2] }] } }] },
    [
      { source: "s", a: 1 },
      { source: "s", detail: { b: 3 } },
    ],
    [{ source: "s" }, { source: "s", a: 2, detail: { b: 2 } }, { source: "t", a: 1 }],
  ],
  ["$or within a field", { detail: { $or: [{ a: [1] }, { b: [1] }] } }, [{ detail: { b: 1 } }], [{ detail: { a: 2 } }, { a: 1 }]],
];

const FAULTS: readonly [pattern: Record<string, unknown>, message: RegExp][] = [
  [{}, /empty pattern.*at the top/],
  [{ detail: {} }, /empty pattern.*at detail/],
  [{ detail: { status: "STOPPED" } }, /must be an object or an array.*at detail\.status/],
  [{ a: [] }, /array that is not empty/],
  [{ a: [["b"]] }, /must be a string, a number, a boolean or null/],
  [{ a: [{ like: "x" }] }, /unknown operator like/],
  [{ a: [{ prefix: "x", suffix: "y" }] }, /exactly one operator/],
  [{ a: [{ prefix: 1 }] }, /prefix takes a string/],
  [{ a: [{ exists: "yes" }] }, /exists takes true or false/],
  [{ a: [{ numeric: [">"] }] }, /one or two comparisons/],
  [{ a: [{ numeric: ["!", 1] }] }, /comparison and a number/],
  [{ a: [{ cidr: "10.0.0.0/33" }] }, /cidr/],
  [{ a: [{ cidr: "10.0.0.0" }] }, /cidr/],
  [{ a: [{ wildcard: "a**b" }] }, /\*\*/],
  [{ a: [{ wildcard: "a\\b" }] }, /backslash/],
  [{ $or: [{ a: [1] }] }, /two patterns or more/],
];

describe("an event pattern", () => {
  for (const [filters, matching, others] of FILTERS) {
    it(`matches by ${JSON.stringify(filters)}`, () => {
      const matches = compilePattern({ f: filters });
      for (const f of matching) assert.equal(matches({ f }), true, `should match ${JSON.stringify(f)}`);
      for (const f of others) assert.equal(matches({ f }), false, `should not match ${JSON.stringify(f)}`);
    });
  }

  for (const [name, pattern, matching, others] of PATTERNS) {
    it(`matches ${name}`, () => {
      const matches = compilePattern(pattern);
      for (const event of matching) assert.equal(matches(event), true, `should match ${JSON.stringify(event)}`);
      for (const event of others) assert.equal(matches(event), false, `should not match ${JSON.stringify(event)}`);
    });
  }

  it("is refused, with the place of the fault, when EventBridge would refuse it", () => {
    for (const [pattern, message] of FAULTS) assert.throws(() => compilePattern(pattern), { name: "SyntaxError", message }, JSON.stringify(pattern));
  });
});
