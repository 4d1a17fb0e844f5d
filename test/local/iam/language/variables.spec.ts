import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { PolicyStatement } from "../../../../local/declarations.ts";
import { covers, decide, holds, policyOf } from "./requests.ts";

const HOME = "arn:aws:s3:::bucket/home/";
const alice = { "aws:username": "alice" };

/** From "Variables and tags" of the IAM User Guide. */
describe("Variables of IAM policies", () => {
  it("stand for the request's value in a resource", () => {
    assert.ok(covers(`${HOME}\${aws:username}/*`, `${HOME}alice/file`, alice));
    assert.ok(!covers(`${HOME}\${aws:username}/*`, `${HOME}bob/file`, alice));
    assert.ok(covers(`${HOME}\${aws:PrincipalTag/team name}`, `${HOME}blue`, { "aws:PrincipalTag/Team Name": "blue" }));
    assert.ok(covers("arn:aws:sqs:us-east-2:*:${aws:username}-queue", "arn:aws:sqs:us-east-2:111122223333:alice-queue", alice));
  });

  it("stand for it in string and ARN conditions", () => {
    assert.ok(holds("StringLike", "s3:prefix", "home/${aws:username}/*", { ...alice, "s3:prefix": "home/alice/x" }));
    assert.ok(holds("ArnEquals", "aws:SourceArn", "arn:aws:sns:eu-west-1:${aws:SourceAccount}:topic", { "aws:SourceAccount": "111122223333", "aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:topic" }));
    assert.ok(holds("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}", { "aws:ResourceTag/team": "blue", "aws:PrincipalTag/team": "blue" }));
  });

  it("have a default for a key that is missing", () => {
    assert.ok(covers(`${HOME}\${aws:userid, 'anonymous'}`, `${HOME}anonymous`));
    assert.ok(covers(`${HOME}\${aws:userid, 'anonymous'}`, `${HOME}AIDA1`, { "aws:userid": "AIDA1" }));
    assert.ok(!covers(`${HOME}\${aws:userid, 'anonymous'}`, `${HOME}anonymous`, { "aws:userid": "AIDA1" }));
  });

  it("escape the characters that have a meaning", () => {
    assert.ok(covers(`${HOME}a\${*}`, `${HOME}a*`));
    assert.ok(!covers(`${HOME}a\${*}`, `${HOME}ab`));
    assert.ok(holds("StringLike", "s3:prefix", "${$}${?}*", { "s3:prefix": "$?ab" }));
    assert.ok(!holds("StringLike", "s3:prefix", "${?}", { "s3:prefix": "a" }));
    assert.ok(holds("StringEquals", "s3:prefix", "${*}", { "s3:prefix": "*" }));
  });

  it("are literals before version 2012-10-17, and without a version", () => {
    const statement: PolicyStatement = { Effect: "Allow", Action: "*", Resource: "*", Condition: { StringEquals: { "s3:prefix": "${aws:username}" } } };
    for (const version of [{ Version: "2008-10-17" }, {}]) {
      const literal = [policyOf("identity", [statement], version)];
      assert.equal(decide({ identityPolicies: literal, context: { ...alice, "s3:prefix": "${aws:username}" } }), "allowed");
      assert.equal(decide({ identityPolicies: literal, context: { ...alice, "s3:prefix": "alice" } }), "not allowed");
    }
  });

  it("make a statement invalid where they cannot be resolved", () => {
    assert.ok(!covers(`${HOME}\${aws:username}`, `${HOME}\${aws:username}`));
    assert.ok(!covers(`${HOME}\${aws:username}`, HOME, { "aws:username": "" }));
    assert.ok(!holds("StringNotEquals", "s3:prefix", "${aws:username}", { "s3:prefix": "x" }));
    const denied: PolicyStatement = { Effect: "Deny", Action: "*", NotResource: `${HOME}\${aws:username}` };
    const allowed: PolicyStatement = { Effect: "Allow", Action: "*", Resource: "*" };
    assert.equal(decide({ identityPolicies: [policyOf("identity", [denied, allowed])] }), "allowed");
    assert.equal(decide({ identityPolicies: [policyOf("identity", [denied, allowed])], context: alice }), "denied by identity policy");
  });

  it("put no wildcard into a pattern, whatever the request's value is", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "*", "?", "$", "{"), minLength: 1 }), fc.string({ unit: fc.constantFrom("a", "*", "?"), minLength: 1 }), (value, other) => {
        assert.equal(covers(`${HOME}\${aws:username}`, HOME + other, { "aws:username": value }), value === other);
      }),
    );
  });
});
