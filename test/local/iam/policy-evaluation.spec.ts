import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { PolicyStatement } from "../../../local/declarations.ts";
import type { Question } from "../../../local/iam/policy-evaluation.ts";
import { ACCOUNT, decide, policyOf, SERVICE, SESSION, USER } from "./language/requests.ts";

const identity = (...statements: PolicyStatement[]) => policyOf("identity", statements);
const resource = (...statements: PolicyStatement[]) => policyOf("resource", statements);

const ALLOW: PolicyStatement = { Effect: "Allow", Action: "s3:*", Resource: "*" };
const DENY: PolicyStatement = { ...ALLOW, Effect: "Deny" };
const OTHER: PolicyStatement = { ...ALLOW, Action: "sqs:*" };
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const grant = (Principal: PolicyStatement["Principal"], Effect: PolicyStatement["Effect"] = "Allow") => resource({ Effect, Principal, Action: "s3:GetObject", Resource: "*" });

/** "Policy evaluation logic" of the IAM User Guide, for one account. */
describe("IAM's decisions", () => {
  it("deny what nothing allows", () => {
    assert.equal(decide({}), "not allowed");
    assert.equal(decide({ identityPolicies: [identity(OTHER)] }), "not allowed");
  });

  it("deny what any policy denies, whatever allows it", () => {
    const allowed = { identityPolicies: [identity(ALLOW)], resourcePolicy: grant("*"), boundary: identity(ALLOW), sessionPolicies: [identity(ALLOW)] };
    assert.equal(decide(allowed), "allowed");
    assert.equal(decide({ ...allowed, identityPolicies: [identity(ALLOW), identity(DENY)] }), "denied by identity policy");
    assert.equal(decide({ ...allowed, boundary: identity(ALLOW, DENY) }), "denied by permissions boundary");
    assert.equal(decide({ ...allowed, sessionPolicies: [identity(ALLOW, DENY)] }), "denied by identity policy");
    assert.equal(decide({ ...allowed, resourcePolicy: grant("*", "Deny") }), "denied by resource policy");
  });

  it("take a user's own folder, and the logs that a deny keeps from it", () => {
    const identityPolicies = [
      identity(
        { Effect: "Allow", Action: ["s3:GetBucketLocation", "s3:ListAllMyBuckets"], Resource: "arn:aws:s3:::*" },
        { Effect: "Allow", Action: "s3:*", Resource: ["arn:aws:s3:::alice/*", "arn:aws:s3:::alice"] },
        { Effect: "Deny", Action: "s3:*", Resource: "arn:aws:s3:::*log*" },
      ),
    ];
    const put = (name: string) => decide({ requester: USER, action: "s3:PutObject", resource: `arn:aws:s3:::${name}`, identityPolicies });
    assert.equal(put("alice/file"), "allowed");
    assert.equal(put("alice-logs/file"), "denied by identity policy");
    assert.equal(put("bob/file"), "not allowed");
  });

  it("allow by NotAction and NotResource all but what these name, and nothing that another statement denies", () => {
    const identityPolicies = [identity({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }, { Effect: "Deny", Action: "*", NotResource: "arn:aws:s3:::bucket/*" })];
    assert.equal(decide({ identityPolicies }), "allowed");
    assert.equal(decide({ identityPolicies, action: "IAM:GetRole" }), "not allowed");
    assert.equal(decide({ identityPolicies, resource: "arn:aws:s3:::other/object" }), "denied by identity policy");
  });

  /** "Resource-based policies and implicit denies in other policy types (same account)": who is named; what a missing allow elsewhere means. */
  const named: readonly [string, Pick<Question, "requester">, PolicyStatement["Principal"], "alone" | "within limits" | "with an identity policy"][] = [
    ["user", { requester: USER }, { AWS: USER.name }, "alone"],
    ["session", { requester: SESSION }, { AWS: SESSION.name }, "alone"],
    ["role", { requester: SESSION }, { AWS: SESSION.roleArn }, "within limits"],
    ["account", { requester: SESSION }, { AWS: ROOT }, "with an identity policy"],
    ["account's id", { requester: USER }, { AWS: ACCOUNT }, "with an identity policy"],
    ["everybody", { requester: SESSION }, "*", "alone"],
  ];
  for (const [who, requester, principal, effect] of named) {
    it(`let a resource's policy that names the ${who} allow ${effect}`, () => {
      const granted = { ...requester, resourcePolicy: grant(principal) };
      const limited = { ...granted, boundary: identity(OTHER), sessionPolicies: [identity(OTHER)] };
      assert.equal(decide(granted), effect === "with an identity policy" ? "not allowed" : "allowed");
      assert.equal(decide({ ...granted, identityPolicies: [identity(ALLOW)] }), "allowed");
      assert.equal(decide(limited), effect === "alone" ? "allowed" : effect === "with an identity policy" ? "not allowed" : "not allowed by permissions boundary");
      assert.equal(decide({ ...requester, identityPolicies: [identity(ALLOW)], resourcePolicy: grant(principal, "Deny") }), "denied by resource policy");
    });
  }

  it("need boundary and session policy to allow what an identity policy allows", () => {
    const identityPolicies = [identity(ALLOW)];
    assert.equal(decide({ identityPolicies, boundary: identity(OTHER) }), "not allowed by permissions boundary");
    assert.equal(decide({ identityPolicies, sessionPolicies: [identity(OTHER)] }), "not allowed");
    assert.equal(decide({ identityPolicies, sessionPolicies: [identity(OTHER), identity(ALLOW)] }), "allowed");
    assert.equal(decide({ boundary: identity(ALLOW), sessionPolicies: [identity(ALLOW)] }), "not allowed");
  });

  it("let a service do what names it or everybody, and not what names an account", () => {
    for (const [principal, decision] of [[{ Service: SERVICE.name }, "allowed"], ["*", "allowed"], [{ AWS: "*" }, "allowed"], [{ AWS: ROOT }, "not allowed"], [{ Service: "s3.amazonaws.com" }, "not allowed"]] as const) {
      assert.equal(decide({ requester: SERVICE, resourcePolicy: grant(principal) }), decision, JSON.stringify(principal));
    }
    assert.equal(decide({ resourcePolicy: grant({ Federated: "accounts.google.com", CanonicalUser: "79a5" }) }), "not allowed");
  });

  it("deny by NotPrincipal everybody but who is named, and everybody with a permissions boundary", () => {
    const but = (...AWS: string[]) => resource({ Effect: "Deny", NotPrincipal: { AWS: [...AWS, ROOT] }, Action: "*", Resource: "*" });
    const identityPolicies = [identity(ALLOW)];
    assert.equal(decide({ requester: USER, identityPolicies, resourcePolicy: but(USER.name) }), "allowed");
    assert.equal(decide({ identityPolicies, resourcePolicy: but(SESSION.roleArn) }), "allowed");
    assert.equal(decide({ identityPolicies, resourcePolicy: but(USER.name) }), "denied by resource policy");
    assert.equal(decide({ requester: SERVICE, identityPolicies, resourcePolicy: but(USER.name) }), "denied by resource policy");
    assert.equal(decide({ requester: USER, identityPolicies, resourcePolicy: but(USER.name), boundary: identity(ALLOW) }), "denied by resource policy");
  });

  const statement: fc.Arbitrary<PolicyStatement> = fc.record({
    Effect: fc.constantFrom("Allow", "Deny"),
    Action: fc.constantFrom("s3:GetObject", "s3:*", "sqs:*", "*"),
    Resource: fc.constantFrom("*", "arn:aws:s3:::bucket/*", "arn:aws:s3:::other/*"),
    Condition: fc.constantFrom<PolicyStatement["Condition"][]>({}, { StringEquals: { "aws:x": "y" } }, { Null: { "aws:x": "true" } }),
  });
  const statements = fc.array(statement, { maxLength: 4 });
  const context = fc.constantFrom<Question["context"][]>({}, { "aws:x": "y" });

  it("do not depend on the order of statements, or on which policy they are in", () => {
    fc.assert(
      fc.property(statements, context, (some, keys) => {
        const together = decide({ identityPolicies: [identity(...some)], context: keys });
        assert.equal(decide({ identityPolicies: some.toReversed().map((one) => identity(one)), context: keys }), together);
      }),
    );
  });

  it("never allow more for one deny more, one allow less or one limit more", () => {
    fc.assert(
      fc.property(statements, statement, context, (some, one, keys) => {
        const isAllowed = (...policies: PolicyStatement[]) => decide({ identityPolicies: [identity(...policies)], context: keys }) === "allowed";
        const before = isAllowed(...some);
        const after = isAllowed(...some, one);
        assert.ok(one.Effect === "Deny" ? before || !after : after || !before);
        for (const limit of [{ boundary: identity(one) }, { sessionPolicies: [identity(one)] }]) {
          assert.ok(before || decide({ identityPolicies: [identity(...some)], context: keys, ...limit }) !== "allowed");
        }
      }),
    );
  });
});
