import assert from "node:assert/strict";
import { namedActions, namedResources, ownPolicies, passRoleToOneService } from "../../policy/iam-rules.ts";
import { itJudges, rolePolicy, subject } from "./subjects.ts";

const ROLE = "arn:aws:iam::123456789012:role/r";
const QUEUE = "arn:aws:sqs:eu-west-1:123456789012:q";

describe("The policy iam-named-actions", () => {
  itJudges(
    namedActions,
    [
      ["named actions", rolePolicy({ Action: ["sqs:SendMessage", "sqs:ReceiveMessage"] })],
      ["a denial of everything", rolePolicy({ Effect: "Deny", Action: "*" })],
      ["a service's every action", rolePolicy({ Action: ["sqs:SendMessage", "s3:*"] }), "S allows s3:*; name each action"],
      ["a part of a name", rolePolicy({ Action: "sqs:Send*" }), "S allows sqs:Send*; name each action"],
      ["everything but", rolePolicy({ Action: undefined, NotAction: "iam:*" }), "S allows everything but iam:*; name what it allows"],
      [
        "a document that is not text yet",
        subject("aws:iam/role:Role", { assumeRolePolicy: { Statement: { Effect: "Allow", Action: "sts:*", Principal: { Service: "lambda.amazonaws.com" } } } }),
        "without Sid allows sts:*; name each action",
      ],
      [
        "an inline policy",
        subject("aws:iam/role:Role", { inlinePolicies: [{ name: "i", policy: JSON.stringify({ Statement: [{ Sid: "I", Effect: "Allow", Action: "*", Resource: QUEUE }] }) }] }),
        "I allows *; name each action",
      ],
      ["a resource policy", subject("aws:sqs/queuePolicy:QueuePolicy", { policy: JSON.stringify({ Statement: [{ Sid: "Q", Effect: "Allow", Action: "sqs:*", Resource: QUEUE }] }) }), "Q allows sqs:*; name each action"],
    ],
    assert.deepEqual,
  );

  it("fails on a policy that it cannot read, instead of passing over it", () => {
    assert.throws(() => namedActions.faults(subject("aws:iam/rolePolicy:RolePolicy", { policy: '{"Statement":[{"Effect":"Perhaps"}]}' })));
  });
});

describe("The policy iam-named-resources", () => {
  itJudges(
    namedResources,
    [
      ["a named resource", rolePolicy({ Resource: QUEUE })],
      ["what belongs to a named resource", rolePolicy({ Action: "lambda:InvokeFunction", Resource: `arn:aws:lambda:eu-west-1:123456789012:function:f:*` })],
      ["objects of a named bucket, whose ARN has no account", rolePolicy({ Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket/*" })],
      ["* for an action with its reason on record", rolePolicy({ Action: ["xray:PutTraceSegments", "ecr:GetAuthorizationToken"], Resource: "*" })],
      ["* in a key's own policy", subject("aws:kms/key:Key", { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "kms:Decrypt", Resource: "*" }] }) })],
      ["* for any other action", rolePolicy({ Action: ["xray:PutTraceSegments", "sqs:SendMessage"], Resource: ["*"] }), "S allows sqs:SendMessage on *; name the resources"],
      ["every resource of an account", rolePolicy({ Resource: "arn:aws:sqs:eu-west-1:123456789012:*" }), "S allows sqs:SendMessage on arn:aws:sqs:eu-west-1:123456789012:*; name the resources"],
      ["every account", rolePolicy({ Resource: "arn:aws:sqs:eu-west-1:*:q" }), "S allows sqs:SendMessage on arn:aws:sqs:eu-west-1:*:q; name the resources"],
      ["every resource but some", rolePolicy({ Resource: undefined, NotResource: QUEUE }), `S allows every resource but ${QUEUE}; name those it allows`],
    ],
    assert.deepEqual,
  );
});

describe("The policy iam-own-policies", () => {
  itJudges(
    ownPolicies,
    [
      ["a role whose policies stand beside it", subject("aws:iam/role:Role", { assumeRolePolicy: "{}" })],
      ["a managed policy", subject("aws:iam/rolePolicyAttachment:RolePolicyAttachment", { role: "r", policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" }), "attaches arn:aws:iam::aws:policy/AdministratorAccess; write its statements down"],
      ["managed policies within a role", subject("aws:iam/role:Role", { managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }), "has managedPolicyArns; write their statements down"],
    ],
    assert.deepEqual,
  );
});

describe("The policy iam-pass-role-to-one-service", () => {
  const to = (service: unknown) => ({ StringEquals: { "iam:PassedToService": service } });
  itJudges(
    passRoleToOneService,
    [
      ["a named role for one service", rolePolicy({ Action: "iam:PassRole", Resource: ROLE, Condition: to("scheduler.amazonaws.com") })],
      ["a role for any service", rolePolicy({ Action: ["iam:PassRole", "ecs:RunTask"], Resource: ROLE }), "S passes roles to any service; name one in StringEquals iam:PassedToService"],
      ["a condition that lets services through by pattern", rolePolicy({ Action: "iam:PassRole", Resource: ROLE, Condition: { StringLike: { "iam:PassedToService": "*" } } }), "S passes roles to any service; name one in StringEquals iam:PassedToService"],
      ["a role for two services", rolePolicy({ Action: "iam:PassRole", Resource: ROLE, Condition: to(["a.amazonaws.com", "b.amazonaws.com"]) }), "S passes roles to a.amazonaws.com, b.amazonaws.com; name one in StringEquals iam:PassedToService"],
      ["roles by pattern", rolePolicy({ Action: "iam:PassRole", Resource: `${ROLE}*`, Condition: to("scheduler.amazonaws.com") }), `S passes ${ROLE}*; name the roles`],
    ],
    assert.deepEqual,
  );
});
