import assert from "node:assert/strict";
import { encryptedAtRest } from "../../policy/encryption.ts";
import { logRetention } from "../../policy/log-retention.ts";
import { noPublicAccess } from "../../policy/public-access.ts";
import { qualifiedTargets } from "../../policy/qualified-targets.ts";
import { tagged } from "../../policy/tags.ts";
import { itJudges, rolePolicy, subject } from "./subjects.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:f";

describe("The policy no-public-access", () => {
  const ingress = (props: Record<string, unknown>) => subject("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", props);
  const queuePolicy = (statement: Record<string, unknown>) => subject("aws:sqs/queuePolicy:QueuePolicy", { policy: JSON.stringify({ Statement: [{ Sid: "S", Effect: "Allow", Action: "sqs:SendMessage", ...statement }] }) });
  itJudges(
    noPublicAccess,
    [
      ["what a security group may reach", ingress({ referencedSecurityGroupId: "sg-1" })],
      ["private addresses", ingress({ cidrIpv4: "10.1.0.0/16" })],
      ["the way out", subject("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", { cidrIpv4: "0.0.0.0/0" })],
      ["a rule for the way out in its older form", subject("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "egress", cidrBlocks: ["0.0.0.0/0"] })],
      ["the internet", ingress({ cidrIpv4: "0.0.0.0/0" }), "lets 0.0.0.0/0 in; name a security group"],
      ["the internet by IPv6", ingress({ cidrIpv6: "::/0" }), "lets ::/0 in; name a security group"],
      ["a block that is private only in part", ingress({ cidrIpv4: "10.0.0.0/7" }), "lets 10.0.0.0/7 in; name a security group"],
      ["one public address", ingress({ cidrIpv4: "203.0.113.7/32" }), "lets 203.0.113.7/32 in; name a security group"],
      ["the internet within a security group", subject("aws:ec2/securityGroup:SecurityGroup", { ingress: [{ cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"] }] }), "lets 0.0.0.0/0 in; name a security group"],
      ["the internet by a rule in its older form", subject("aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", ipv6CidrBlocks: ["::/0"] }), "lets ::/0 in; name a security group"],
      ["a queue for one service", queuePolicy({ Principal: { Service: "events.amazonaws.com" } })],
      ["a queue for anybody under a condition", queuePolicy({ Principal: "*", Condition: { StringEquals: { "aws:PrincipalAccount": "123456789012" } } })],
      ["a queue for anybody", queuePolicy({ Principal: "*" }), "S allows anybody; name a principal"],
      ["a queue for anybody, spelled otherwise", queuePolicy({ Principal: { AWS: ["*"] } }), "S allows anybody; name a principal"],
      ["an endpoint's policy, which opens nothing", subject("aws:ec2/vpcEndpoint:VpcEndpoint", { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*", Principal: "*" }] }) })],
      ["a function that anybody may start", subject("aws:lambda/permission:Permission", { principal: "*" }), "lets anybody start the function; name a principal"],
      ["a function's URL for callers with a role", subject("aws:lambda/functionUrl:FunctionUrl", { authorizationType: "AWS_IAM" })],
      ["a function's URL for anybody", subject("aws:lambda/functionUrl:FunctionUrl", { authorizationType: "NONE" }), "answers anybody; use authorizationType AWS_IAM"],
    ],
    assert.deepEqual,
  );
});

describe("The policy encrypted-at-rest", () => {
  itJudges(
    encryptedAtRest,
    [
      ["a queue with SQS's own key", subject("aws:sqs/queue:Queue", { sqsManagedSseEnabled: true })],
      ["a queue with a key", subject("aws:sqs/queue:Queue", { kmsMasterKeyId: "key" })],
      ["a queue without", subject("aws:sqs/queue:Queue", {}), "is not encrypted; use sqsManagedSseEnabled or kmsMasterKeyId"],
      ["a topic with a key", subject("aws:sns/topic:Topic", { kmsMasterKeyId: "key" })],
      ["a topic without", subject("aws:sns/topic:Topic", {}), "is not encrypted; use kmsMasterKeyId"],
      ["a table with the account's key", subject("aws:dynamodb/table:Table", { serverSideEncryption: { enabled: true } })],
      ["a table with AWS's own", subject("aws:dynamodb/table:Table", { serverSideEncryption: { enabled: false } }), "is encrypted with a key that no one can audit; use serverSideEncryption.enabled"],
      ["a key that is rotated", subject("aws:kms/key:Key", { enableKeyRotation: true })],
      ["a key that is not", subject("aws:kms/key:Key", {}), "is never rotated; use enableKeyRotation"],
    ],
    assert.deepEqual,
  );
});

describe("The policy log-retention", () => {
  itJudges(
    logRetention,
    [
      ["a log that ends", subject("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 7 })],
      ["a log that does not", subject("aws:cloudwatch/logGroup:LogGroup", {}), "is kept for ever; use retentionInDays"],
      ["a retention of 0, which is for ever", subject("aws:cloudwatch/logGroup:LogGroup", { retentionInDays: 0 }), "is kept for ever; use retentionInDays"],
    ],
    assert.deepEqual,
  );
});

describe("The policy tagged", () => {
  const provider = (defaultTags: unknown) => subject("pulumi:providers:aws", { region: "eu-west-1", ...(defaultTags !== undefined && { defaultTags }) });
  itJudges(
    tagged,
    [
      ["a provider that puts on both tags, and others", provider({ tags: { project: "durable-workflows", environment: "dev", owner: "me" } })],
      ["the same as text", provider('{"tags":{"project":"durable-workflows","environment":"dev"}}')],
      [
        "a provider without tags",
        provider(undefined),
        "does not put the tag project=durable-workflows on its resources; use defaultTags",
        "does not put the tag environment=dev on its resources; use defaultTags",
      ],
      ["another environment's tag", provider({ tags: { project: "durable-workflows", environment: "prod" } }), "does not put the tag environment=dev on its resources; use defaultTags"],
      ["providers of other packages", subject("pulumi:providers:docker-build", {})],
    ],
    assert.deepEqual,
  );
});

describe("The policy qualified-targets", () => {
  const schedule = (arn: string) => subject("aws:scheduler/schedule:Schedule", { target: { arn } });
  const permission = (props: Record<string, unknown>) => subject("aws:lambda/permission:Permission", { principal: "events.amazonaws.com", ...props });
  itJudges(
    qualifiedTargets,
    [
      ["a schedule for a version", schedule(`${FUNCTION}:7`)],
      ["a schedule for an alias", schedule(`${FUNCTION}:live`)],
      ["a schedule for something else than a function", schedule("arn:aws:sqs:eu-west-1:123456789012:q")],
      ["a schedule for a function", schedule(FUNCTION), `starts ${FUNCTION}; use the ARN of a version or alias`],
      ["a schedule for $LATEST", schedule(`${FUNCTION}:$LATEST`), `starts ${FUNCTION}:$LATEST; use the ARN of a version or alias`],
      ["an event target without qualifier", subject("aws:cloudwatch/eventTarget:EventTarget", { arn: FUNCTION }), `starts ${FUNCTION}; use the ARN of a version or alias`],
      ["an event source for an alias", subject("aws:lambda/eventSourceMapping:EventSourceMapping", { functionName: `${FUNCTION}:live` })],
      ["an event source without qualifier", subject("aws:lambda/eventSourceMapping:EventSourceMapping", { functionName: "f" }), "starts f; use the ARN of a version or alias"],
      ["a permission for an alias", permission({ function: "f", qualifier: "live" })],
      ["a permission for every version at once", permission({ function: "f" }), "starts f; use the ARN of a version or alias"],
      ["a permission for $LATEST", permission({ function: "f", qualifier: "$LATEST" }), "starts function:f:$LATEST; use the ARN of a version or alias"],
      ["a role that may start an alias", rolePolicy({ Action: ["lambda:InvokeFunction"], Resource: `${FUNCTION}:live` })],
      ["a role that may start a function", rolePolicy({ Action: ["lambda:InvokeFunction"], Resource: [`${FUNCTION}:live`, FUNCTION] }), `S allows to start ${FUNCTION}; use the ARN of a version or alias`],
      ["a durable function that publishes", subject("aws:lambda/function:Function", { durableConfig: { executionTimeout: 60 }, publish: true })],
      ["a durable function without versions", subject("aws:lambda/function:Function", { durableConfig: { executionTimeout: 60 } }), "is durable and has no versions; use publish"],
      ["an alias on $LATEST", subject("aws:lambda/alias:Alias", { functionVersion: "$LATEST" }), "points to $LATEST; use a published version"],
    ],
    assert.deepEqual,
  );
});
