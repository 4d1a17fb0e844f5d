import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { writeFiles } from "../ecs/fixtures.ts";

/** A program as a stranger may have written it: CommonJS, imports without extensions, an enum, names and outputs of its own. */
const INDEX = `
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Names } from "./names";

const stage = new pulumi.Config().require("stage");
const trust = aws.iam.getPolicyDocumentOutput({ statements: [{ actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }] }] });
const role = new aws.iam.Role("role", { assumeRolePolicy: trust.json });
new aws.iam.RolePolicyAttachment("basic", { role, policyArn: aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole });
const uploads = new aws.s3.Bucket(Names.Uploads, { forceDestroy: true });
const greeting = new aws.ssm.Parameter("greeting", { name: "/shop/greeting", type: "SecureString", value: pulumi.secret("hello " + stage) });
const counts = new aws.dynamodb.Table("counts", {
  hashKey: "id", attributes: [{ name: "id", type: "S" }], billingMode: "PAY_PER_REQUEST", streamEnabled: true, streamViewType: "NEW_IMAGE", tags: { owner: "shop" },
});
const dead = new aws.sqs.Queue("dead", { visibilityTimeoutSeconds: 60, sqsManagedSseEnabled: true });
new aws.iam.RolePolicy("access", { role: role.id, policy: pulumi.jsonStringify({
  Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: ["ssm:GetParameter", "dynamodb:*", "s3:PutObject"], Resource: [greeting.arn, counts.arn, pulumi.interpolate\`\${uploads.arn}/*\`] }],
}) });
const counter = new aws.lambda.Function("counter", {
  role: role.arn, runtime: "nodejs22.x", handler: "index.handler", timeout: 10, tracingConfig: { mode: "Active" },
  code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset("exports.handler = async (event) => ({ event, table: process.env.TABLE, bucket: process.env.BUCKET });") }),
  environment: { variables: { TABLE: counts.name, BUCKET: uploads.bucketRegionalDomainName } },
  deadLetterConfig: { targetArn: dead.arn }, layers: ["arn:aws:lambda:eu-central-1:123456789012:layer:tools:1"], vpcConfig: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] }, snapStart: { applyOn: "PublishedVersions" },
});
const rule = new aws.cloudwatch.EventRule("nightly", { scheduleExpression: "rate(1 day)", tags: { owner: "shop" } });
new aws.cloudwatch.EventTarget("nightly", { rule: rule.name, arn: counter.arn, inputTransformer: { inputTemplate: "{}" } });
new aws.cloudwatch.EventTarget("topic", { rule: rule.name, arn: new aws.sns.Topic("news").arn });
new aws.ecs.TaskDefinition("job", {
  family: "job", cpu: "256", memory: "512", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], executionRoleArn: role.arn, volumes: [{ name: "scratch" }],
  containerDefinitions: JSON.stringify([{ name: "job", image: "busybox", healthCheck: { command: ["CMD", "true"] }, ulimits: [{ name: "nofile", softLimit: 1, hardLimit: 1 }], linuxParameters: { initProcessEnabled: true }, portMappings: [{ containerPort: 80 }] }]),
});
export const counterName = counter.name;
export const page = pulumi.interpolate\`https://\${uploads.bucketRegionalDomainName}/\`;
export const total = 12;
`;

/** Writes the program into a temporary folder, with this project's packages. */
export function foreignProgram(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), "foreign-"));
  symlinkSync(resolve(import.meta.dirname, "../../../node_modules"), join(path, "node_modules"));
  writeFiles(path, {
    "package.json": '{ "name": "shop" }',
    "Pulumi.yaml": "name: shop\nruntime: nodejs\nmain: src\n",
    "Pulumi.dev.yaml": "config:\n  aws:region: eu-central-1\n  shop:stage: test\n",
    "src/names.ts": 'export enum Names { Uploads = "uploads" }\n',
    "src/index.ts": INDEX,
  });
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
