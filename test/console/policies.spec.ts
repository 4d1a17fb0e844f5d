import * as assert from "node:assert/strict";
import { remedy } from "../../local/console/denials.ts";
import { invokersOf } from "../../local/console/functions.ts";
import type { PolicyDocument, PolicyStatement, RoleDeclaration } from "../../local/declarations.ts";
import { Iam } from "../../local/iam/iam.ts";

const IDENTITY = { partition: "aws", region: "eu-west-1", accountId: "000000000000" };
const ROLE = "arn:aws:iam::000000000000:role/pay-role";
const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:pay";
const SERVICE = { service: "events.amazonaws.com", sourceArn: "arn:aws:events:eu-west-1:000000000000:rule/r", sourceAccount: "000000000000" };
const SESSION = { kind: "assumed-role", arn: "arn:aws:sts::000000000000:assumed-role/pay-role/s", roleArn: ROLE, accountId: "000000000000" } as const;

function document(...Statement: PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement };
}

function role(policies: Record<string, PolicyDocument>, trustPolicy = document()): RoleDeclaration {
  return { arn: ROLE, name: "pay-role", trustPolicy, policies };
}

describe("The statement that a refusal lacks", () => {
  let iam: Iam;

  beforeEach(() => {
    iam = new Iam({ identity: IDENTITY, administrator: { accessKeyId: "key", secretAccessKey: "secret" } });
  });

  /** @returns what is said about the refusal */
  function refused(ask: () => void): ReturnType<typeof remedy> {
    assert.throws(ask, { code: "AccessDeniedException" });
    return remedy(iam.denials().at(-1)!);
  }

  it("is what lets the role do it", () => {
    const ask = () => iam.authorize(SESSION, { action: "dynamodb:GetItem", resource: "arn:aws:dynamodb:eu-west-1:000000000000:table/jobs" });
    iam.apply({ roles: [role({})], resourcePolicies: [] });
    const { where, statement } = refused(ask);
    assert.equal(where, "a policy of the role pay-role");
    iam.apply({ roles: [role({ more: document(statement!) })], resourcePolicies: [] });
    assert.doesNotThrow(ask);
  });

  it("is what lets a service invoke a function", () => {
    const ask = () => iam.authorizeService(SERVICE, { action: "lambda:InvokeFunction", resource: FUNCTION });
    iam.apply({ roles: [], resourcePolicies: [] });
    const { where, statement } = refused(ask);
    assert.equal(where, `the policy of ${FUNCTION}`);
    iam.apply({ roles: [], resourcePolicies: [{ resourceArn: FUNCTION, policy: document(statement!) }] });
    assert.doesNotThrow(ask);
  });

  it("is what lets a service have a role", () => {
    const ask = () => void iam.assumeRole(ROLE, { ...SERVICE, service: "scheduler.amazonaws.com" }, "s");
    iam.apply({ roles: [role({})], resourcePolicies: [] });
    const { where, statement } = refused(ask);
    assert.equal(where, `the trust policy of ${ROLE}`);
    iam.apply({ roles: [role({}, document(statement!))], resourcePolicies: [] });
    assert.doesNotThrow(ask);
  });

  it("is none where a deny stands in the way", () => {
    const denied = document({ Effect: "Deny", Action: "sqs:*", Resource: "*" });
    iam.apply({ roles: [role({ denied })], resourcePolicies: [] });
    const { where, statement } = refused(() => iam.authorize(SESSION, { action: "sqs:SendMessage", resource: "arn:aws:sqs:eu-west-1:000000000000:q" }));
    assert.equal(statement, undefined);
    assert.match(where, /denies this to the role pay-role/);
  });
});

describe("Who may invoke a function", () => {
  const arns = [FUNCTION, `${FUNCTION}:1`, `${FUNCTION}:live`];
  const names = (roles: RoleDeclaration[], resourcePolicies: { resourceArn: string; policy: PolicyDocument }[] = []) =>
    invokersOf(arns, { roles, resourcePolicies }).map(({ name }) => name);
  const allow = (Resource: string, Action: string | string[] = "lambda:InvokeFunction") => role({ p: document({ Effect: "Allow", Action, Resource }) });

  it("is who has permission on it, its versions or its aliases", () => {
    const permission = document({ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "lambda:InvokeFunction", Resource: `${FUNCTION}:live` });
    assert.deepEqual(names([], [{ resourceArn: `${FUNCTION}:live`, policy: permission }]), ["events.amazonaws.com"]);
    assert.deepEqual(names([], [{ resourceArn: `${FUNCTION}-other`, policy: permission }]), []);
  });

  it("is each role whose policies name it, by wildcards too", () => {
    for (const resource of [FUNCTION, `${FUNCTION}:*`, `${FUNCTION}:liv?`, "*"]) assert.deepEqual(names([allow(resource)]), ["pay-role"], resource);
    assert.deepEqual(names([allow(FUNCTION, ["sqs:SendMessage", "lambda:*"])]), ["pay-role"]);
  });

  it("is nobody who may do something else, or to another function, or may not", () => {
    assert.deepEqual(names([allow(FUNCTION, "lambda:GetFunction")]), []);
    assert.deepEqual(names([allow(`${FUNCTION}-other`)]), []);
    assert.deepEqual(names([allow(FUNCTION.replaceAll(":", "."))]), [], "only * and ? stand for more than themselves");
    assert.deepEqual(names([role({ p: document({ Effect: "Deny", Action: "lambda:InvokeFunction", Resource: FUNCTION }) })]), []);
  });
});
