import assert from "node:assert/strict";
import type { PolicyDocument, PolicyStatement } from "../../../../local/declarations.ts";
import { policyElements } from "../../../../local/iam/language/document.ts";
import type { PolicyKind } from "../../../../local/iam/language/statement.ts";
import { ACCOUNT, faultsOf } from "./requests.ts";

type Row = readonly [kind: PolicyKind, change: Partial<PolicyStatement>, fault: string | RegExp, document?: Partial<PolicyDocument>];

const BASE: Readonly<Record<PolicyKind, PolicyStatement>> = {
  identity: { Effect: "Allow", Action: "s3:GetObject", Resource: "*" },
  resource: { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" },
  trust: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
};
const condition = (operator: string, key: string, value: string): Partial<PolicyStatement> => ({ Condition: { [operator]: { [key]: value } } });

const ROWS: readonly Row[] = [
  ["identity", condition("StringMatches", "aws:x", "y"), 'Condition.StringMatches: unknown condition operator "StringMatches"'],
  ["identity", condition("stringequals", "aws:x", "y"), 'Condition.stringequals: unknown condition operator "stringequals"'],
  ["identity", condition("ForEach:StringEquals", "aws:x", "y"), 'Condition.ForEach:StringEquals: unknown condition operator "ForEach:StringEquals"'],
  ["identity", condition("NullIfExists", "aws:x", "true"), 'Condition.NullIfExists: unknown condition operator "NullIfExists"'],
  ["identity", condition("toString", "aws:x", "y"), 'Condition.toString: unknown condition operator "toString"'],
  ["identity", condition("StringEquals", "username", "y"), 'Condition.StringEquals: "username" is not a condition key: it has the form prefix:name'],
  ["identity", { Condition: { StringEquals: { "aws:x": [] } } }, 'Condition.StringEquals: "aws:x" has no value'],
  ["identity", condition("StringEquals", "aws:TagKeys", "y"), 'Condition.StringEquals: "aws:TagKeys" can have several values: put "ForAllValues:" or "ForAnyValue:" before StringEquals'],
  ["identity", condition("Null", "aws:x", "no"), 'Condition.Null: "no" is neither "true" nor "false"'],
  ["identity", condition("Bool", "aws:x", "1"), 'Condition.Bool: "1" is neither "true" nor "false"'],
  ["identity", condition("NumericEquals", "aws:x", "ten"), 'Condition.NumericEquals: "ten" is not a number'],
  ["identity", condition("NumericEquals", "aws:x", "${aws:y}"), 'Condition.NumericEquals: "${aws:y}" is not a number'],
  ["identity", condition("DateLessThan", "aws:x", "tomorrow"), 'Condition.DateLessThan: "tomorrow" is neither a date in ISO 8601 nor in epoch seconds'],
  ["identity", condition("IpAddress", "aws:x", "10.0.0.0/33"), 'Condition.IpAddress: "10.0.0.0/33" is neither an IP address nor a CIDR range'],
  ["identity", condition("BinaryEquals", "aws:x", "?"), 'Condition.BinaryEquals: "?" is not Base64'],
  ["identity", condition("ArnLike", "aws:x", "arn:aws:*"), 'Condition.ArnLike: "arn:aws:*" is not an ARN of six components'],
  ["identity", condition("StringLike", "aws:x", "a${aws:y"), 'Condition.StringLike: "${aws:y" is a policy variable without "}"'],
  ["identity", condition("StringLike", "aws:x", "${username}"), 'Condition.StringLike: unknown policy variable "${username}"'],
  ["identity", condition("StringLike", "aws:x", "${aws:TagKeys}"), 'Condition.StringLike: "aws:TagKeys" can have several values and cannot be a policy variable'],
  ["identity", { Action: "GetObject" }, 'Action: "GetObject" is not an action of the form service:Name'],
  ["identity", { Action: "s*:GetObject" }, 'Action: "s*:GetObject" is not an action of the form service:Name'],
  ["identity", { NotAction: "s3:PutObject" }, "has both Action and NotAction"],
  ["identity", { Action: undefined }, "Action: is missing"],
  ["identity", { Resource: undefined }, "Resource: is missing"],
  ["identity", { Resource: "bucket" }, 'Resource: "bucket" is neither "*" nor an ARN that names its partition and service'],
  ["identity", { Resource: "arn:aws:*:::bucket" }, 'Resource: "arn:aws:*:::bucket" is neither "*" nor an ARN that names its partition and service'],
  ["identity", { Resource: "arn:aws:s3::bucket" }, 'Resource: "arn:aws:s3::bucket" is not an ARN of six components'],
  ["identity", { Resource: "arn:aws:iam::111122223333:u*" }, 'Resource: "arn:aws:iam::111122223333:u*" has a wildcard in the resource type, where IAM takes none'],
  ["identity", { Resource: "arn:aws:sqs:${aws:x}:111122223333:q" }, 'Resource: "arn:aws:sqs:${aws:x}:111122223333:q" has a policy variable before the fifth colon'],
  ["identity", { Principal: "*" }, "Principal: an identity policy has none"],
  ["identity", { Sid: "not here" }, 'Sid: "not here" has other characters than letters and digits'],
  ["resource", { Principal: undefined }, "Principal: is missing"],
  ["resource", { NotPrincipal: { AWS: ACCOUNT } }, "has both Principal and NotPrincipal"],
  ["resource", { Principal: undefined, NotPrincipal: { AWS: ACCOUNT } }, "NotPrincipal: AWS takes it in a Deny of a resource's policy only"],
  ["resource", { Effect: "Deny", Principal: undefined, NotPrincipal: { AWS: `arn:aws:iam::${ACCOUNT}:user/bob` } }, /^NotPrincipal: names .*:user\/bob but not its account/],
  ["resource", { Principal: { Group: "x" } }, 'Principal: unknown kind of principal "Group"'],
  ["resource", { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/*` } }, /^Principal: ".*:role\/\*" is neither "\*" nor the account/],
  ["resource", { Principal: { Service: "*" } }, 'Principal: "*" is not a service, such as lambda.amazonaws.com'],
  ["trust", { Resource: "*" }, "Resource: a trust policy has none"],
  ["trust", { Action: "s3:GetObject" }, 'Action: "s3:GetObject" is not an action of STS, as those of trust policies are'],
];

describe("Parts of IAM policies that AWS refuses or does not document", () => {
  for (const [kind, change, fault] of ROWS) {
    it(`are refused by name: ${kind} policy, ${JSON.stringify(change)}`, () => {
      const [first = "", ...more] = faultsOf(kind, { ...BASE[kind], ...change });
      assert.deepEqual(more, []);
      assert.ok(first.startsWith("Statement[0]."), first);
      const message = first.slice("Statement[0].".length);
      if (typeof fault === "string") assert.equal(message, fault);
      else assert.match(message, fault);
    });
  }

  it("are not found in the policies that these were changed from", () => {
    for (const [kind, statement] of Object.entries(BASE)) assert.deepEqual(faultsOf(kind as PolicyKind, statement), []);
  });

  it("are refused by name: an Id in an identity policy", () => {
    assert.deepEqual(faultsOf("identity", BASE.identity, { Id: "x" }), ["Id: an identity policy has none"]);
    assert.deepEqual(faultsOf("resource", BASE.resource, { Id: "x" }), []);
  });

  it("are refused by name: elements that the grammar does not have", () => {
    for (const [document, name] of [
      [{ Statement: [{ ...BASE.identity, Conditions: {} }] }, "Conditions"],
      [{ Statement: [BASE.identity], Statements: [] }, "Statements"],
    ] as const) {
      assert.match(policyElements.safeParse(document).error?.message ?? "", new RegExp(`Unrecognized key: .*${name}`));
    }
    for (const Version of ["2012-10-18", 2012]) assert.equal(policyElements.safeParse({ Version, Statement: [] }).success, false);
  });

  it("are none of what the grammar allows: one statement without a list, numbers and booleans without quotation marks", () => {
    const document = policyElements.parse({ Statement: { ...BASE.identity, Condition: { NumericEquals: { "s3:max-keys": 10 }, Bool: { "aws:SecureTransport": [true] } } } });
    assert.deepEqual(document, { Statement: [{ ...BASE.identity, Condition: { NumericEquals: { "s3:max-keys": "10" }, Bool: { "aws:SecureTransport": ["true"] } } }] });
  });
});
