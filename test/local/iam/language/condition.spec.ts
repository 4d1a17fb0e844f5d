import assert from "node:assert/strict";
import * as fc from "fast-check";
import { holds } from "./requests.ts";

type Row = readonly [operator: string, expected: string | readonly string[], value: string | readonly string[] | undefined, result: boolean];

/** Operator, value of the policy, value of the request, whether the condition holds. From "Condition operators" of the IAM User Guide. */
const ROWS: readonly Row[] = [
  ["StringEquals", "admin", "admin", true],
  ["StringEquals", "admin", "Admin", false],
  ["StringEquals", ["a", "b"], "b", true],
  ["StringEquals", "a*", "ab", false],
  ["StringEquals", "a", undefined, false],
  ["StringNotEquals", "admin", "Admin", true],
  ["StringNotEquals", ["a", "b"], "b", false],
  ["StringNotEquals", "a", undefined, true],
  ["StringEqualsIgnoreCase", "Admin", "aDMIN", true],
  ["StringNotEqualsIgnoreCase", "Admin", "aDMIN", false],
  ["StringLike", ["", "home/", "home/alice/*"], "", true],
  ["StringLike", ["", "home/", "home/alice/*"], "home/alice/x/y", true],
  ["StringLike", ["", "home/", "home/alice/*"], "home/bob/", false],
  ["StringLike", "t?.*", "t2.micro", true],
  ["StringLike", "t?.*", "T2.micro", false],
  ["StringNotLike", "t?.*", "m3.large", true],
  ["StringLike", "arn:aws:someservice:*:111122223333:finance/*", "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", true],
  ["ArnLike", "arn:aws:someservice:*:111122223333:finance/*", "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt", false],
  ["ArnEquals", "arn:aws:sns:*:111122223333:to?ic", "arn:aws:sns:eu-west-1:111122223333:topic", true],
  ["ArnLike", "arn:aws:sns:eu-west-1:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:a:b", true],
  ["ArnNotEquals", "arn:aws:sns:eu-west-1:111122223333:topic", "arn:aws:sns:eu-west-1:111122223333:Topic", true],
  ["ArnNotLike", "arn:aws:sns:*:111122223333:*", undefined, true],
  ["ArnLike", "arn:aws:sns:*:*:*", "no ARN", false],
  ["NumericEquals", "10", "10.0", true],
  ["NumericNotEquals", "10", "9", true],
  ["NumericLessThan", "10", "10", false],
  ["NumericLessThanEquals", "10", "10", true],
  ["NumericGreaterThan", "-2.5", "-2", true],
  ["NumericGreaterThanEquals", "10", "9", false],
  ["NumericLessThanEquals", "10", "ten", false],
  ["DateEquals", "2020-01-01", "2020-01-01T00:00:00Z", true],
  ["DateEquals", "1577836800", "2020-01-01T01:00:00+01:00", true],
  ["DateNotEquals", "2020-01-01T00:00:00Z", "2020-01-01T00:00:01Z", true],
  ["DateGreaterThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", false],
  ["DateGreaterThanEquals", "2020-01-01T00:00:01Z", "2020-01-01T00:00:01Z", true],
  ["DateLessThan", "2020-01-01T00:00:01Z", "2020-01-01T00:00:00.5Z", true],
  ["DateLessThanEquals", "2020-01-01T00:00:01Z", "soon", false],
  ["Bool", "true", "true", true],
  ["Bool", "false", "true", false],
  ["Bool", "false", undefined, false],
  ["BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", true],
  ["BinaryEquals", "QQ==", "Qg==", false],
  ["IpAddress", "203.0.113.0/24", "203.0.113.255", true],
  ["IpAddress", "203.0.113.0/24", "203.0.114.0", false],
  ["IpAddress", ["203.0.113.0/24", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::1", true],
  ["IpAddress", "203.0.113.7", "203.0.113.8", false],
  ["IpAddress", "0.0.0.0/0", "198.51.100.1", true],
  ["NotIpAddress", "203.0.113.0/24", "198.51.100.1", true],
  ["NotIpAddress", "203.0.113.0/24", "203.0.113.1", false],
  ["StringLikeIfExists", ["t1.*", "t2.*"], undefined, true],
  ["StringLikeIfExists", ["t1.*", "t2.*"], "m3.large", false],
  ["StringNotEqualsIfExists", "a", undefined, true],
  ["BoolIfExists", "true", undefined, true],
  ["Null", "true", undefined, true],
  ["Null", "true", "value", false],
  ["Null", "false", undefined, false],
  ["Null", "false", "value", true],
  ["Null", "false", "", false],
];

/** From "Multivalued context key examples" and "Set operators for multivalued context keys". */
const SETS: readonly Row[] = [
  ["ForAllValues:StringNotLike", "key1*", ["key1:legal"], false],
  ["ForAllValues:StringNotLike", "key1*", ["key1:hr", "key1:personnel"], false],
  ["ForAllValues:StringNotLike", "key1*", ["key2:audit"], true],
  ["ForAllValues:StringNotLike", "key1*", undefined, true],
  ["ForAllValues:StringLike", ["PostDateTime", "Message", "Tags"], ["PostDateTime", "Message"], true],
  ["ForAllValues:StringLike", ["PostDateTime", "Message", "Tags"], ["PostDateTime", "UserName"], false],
  ["ForAllValues:StringLike", ["PostDateTime", "Message", "Tags"], undefined, true],
  ["ForAllValues:StringEquals", "a", [""], true],
  ["ForAnyValue:StringLike", ["ID", "PostDateTime"], ["UserName", "Message", "PostDateTime"], true],
  ["ForAnyValue:StringLike", ["ID", "PostDateTime"], ["UserName"], false],
  ["ForAnyValue:StringLike", ["ID", "PostDateTime"], undefined, false],
  ["ForAnyValue:StringNotLike", "key1*", undefined, false],
  ["ForAnyValue:StringEquals", "", [""], false],
  ["ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"], true],
  ["ForAnyValue:StringEqualsIfExists", "a", undefined, true],
];

const requested = fc.array(fc.constantFrom("a", "b", "ab", "A", "x/y"), { minLength: 1, maxLength: 3 });
const expected = fc.array(fc.constantFrom("a", "b", "a*", "?", "*", "A"), { minLength: 1, maxLength: 3 });
const opposites = fc.constantFrom(["StringEquals", "StringNotEquals"], ["StringLike", "StringNotLike"], ["StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]) as fc.Arbitrary<[string, string]>;

describe("Conditions of IAM policies", () => {
  for (const [operator, policyValue, value, result] of ROWS) {
    it(`${operator} ${JSON.stringify(policyValue)} ${result ? "holds" : "does not hold"} for ${value === undefined ? "a missing key" : JSON.stringify(value)}`, () => {
      assert.equal(holds(operator, "s3:prefix", policyValue, value === undefined ? {} : { "s3:prefix": value }), result);
    });
  }

  for (const [operator, policyValue, values, result] of SETS) {
    it(`${operator} ${JSON.stringify(policyValue)} ${result ? "holds" : "does not hold"} for ${values === undefined ? "a missing key" : JSON.stringify(values)}`, () => {
      assert.equal(holds(operator, "aws:TagKeys", policyValue, values === undefined ? {} : { "aws:TagKeys": values }), result);
    });
  }

  it("name keys in any case of letters", () => {
    assert.ok(holds("StringEquals", "AWS:sourcearn", "x", { "aws:SourceArn": "x" }));
    assert.ok(holds("StringEquals", "aws:RequestTag/Team", "x", { "aws:RequestTag/team": "x" }));
  });

  it("are the opposite of their negation, and any value of the one is not all values of the other", () => {
    fc.assert(
      fc.property(opposites, requested, expected, ([operator, negated], values, texts) => {
        const one = { "s3:prefix": values[0]! };
        assert.equal(holds(operator, "s3:prefix", texts, one), !holds(negated, "s3:prefix", texts, one));
        const all = { "aws:TagKeys": values };
        assert.equal(holds(`ForAnyValue:${operator}`, "aws:TagKeys", texts, all), !holds(`ForAllValues:${negated}`, "aws:TagKeys", texts, all));
      }),
    );
  });

  it("mean the same with IfExists where the key is there", () => {
    fc.assert(
      fc.property(opposites, requested, expected, ([operator], values, texts) => {
        const context = { "s3:prefix": values[0]! };
        assert.equal(holds(`${operator}IfExists`, "s3:prefix", texts, context), holds(operator, "s3:prefix", texts, context));
      }),
    );
  });
});
