import assert from "node:assert/strict";
import * as fc from "fast-check";
import { matches, type Pattern, type Wildcard } from "../../../../local/iam/language/wildcards.ts";
import { covers } from "./requests.ts";

const wildcard: fc.Arbitrary<Wildcard> = fc.record({ repeats: fc.boolean(), crossesColon: fc.boolean() });
const pattern: fc.Arbitrary<Pattern> = fc.array(fc.oneof(fc.string({ unit: fc.constantFrom("a", "b", ":"), maxLength: 3 }), wildcard), { maxLength: 6 });
const text = fc.string({ unit: fc.constantFrom("a", "b", ":"), maxLength: 10 });

function asRegExp(parts: Pattern): RegExp {
  const source = parts.map((part) => (typeof part === "string" ? part : (part.crossesColon ? "." : "[^:]") + (part.repeats ? "*" : "")));
  return new RegExp(`^${source.join("")}$`);
}

describe("Wildcards of IAM policies", () => {
  it("match what the equivalent regular expression matches", () => {
    fc.assert(
      fc.property(pattern, text, (parts, value) => {
        assert.equal(matches(parts, value), asRegExp(parts).test(value));
      }),
      { numRuns: 5000 },
    );
  });

  it("match in a time that no pattern makes explode", () => {
    const many: Wildcard = { repeats: true, crossesColon: true };
    const parts = Array.from({ length: 40 }, () => [many, "a"]).flat();
    const started = performance.now();
    assert.equal(matches([...parts, "b"], "a".repeat(500)), false);
    assert.ok(performance.now() - started < 1000);
  });

  it("cover everything below a folder, slashes included", () => {
    for (const object of ["1/test/object.jpg", "1/2/test/object.jpg", "1/2/test/3/object.jpg", "1///test///object.jpg", "1/test/.jpg", "/test/object.jpg", "1/test/"]) {
      assert.ok(covers("arn:aws:s3:::bucket/*/test/*", `arn:aws:s3:::bucket/${object}`), object);
    }
    for (const object of ["1-test/object.jpg", "test/object.jpg", "1/test.jpg"]) {
      assert.ok(!covers("arn:aws:s3:::bucket/*/test/*", `arn:aws:s3:::bucket/${object}`), object);
    }
  });

  it("stay within a component of an ARN, but for an asterisk at its end", () => {
    assert.ok(covers("arn:aws:sqs:*:111122223333:jobs", "arn:aws:sqs:eu-west-1:111122223333:jobs"));
    assert.ok(covers("arn:aws:sqs:eu-*", "arn:aws:sqs:eu-west-1:111122223333:jobs"));
    assert.ok(!covers("arn:aws:sqs:eu*1:jobs:*", "arn:aws:sqs:eu-west-1:111122223331:jobs:x"));
    assert.ok(!covers("arn:aws:sqs:eu-west-1?111122223333:*", "arn:aws:sqs:eu-west-1:111122223333:jobs"));
  });

  it("cross colons in the resource part, which is the last component", () => {
    assert.ok(covers("arn:aws:lambda:eu-west-1:111122223333:function:po*/b", "arn:aws:lambda:eu-west-1:111122223333:function:poll:7/durable-execution/a/b"));
  });

  it("are no wildcards in the request: a request for no particular resource needs `*`", () => {
    assert.ok(covers("*", "*"));
    assert.ok(!covers("arn:aws:s3:::*", "*"));
    assert.ok(!covers("arn:aws:s3:::bucket/a", "arn:aws:s3:::bucket/*"));
  });
});
