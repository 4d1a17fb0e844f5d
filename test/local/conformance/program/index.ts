import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { join } from "node:path";

/** Functions that exercise Lambda's durable and plain sides. Their code is put beside this file before it is evaluated. */
const code = (archive: Record<string, string>) =>
  new pulumi.asset.AssetArchive(Object.fromEntries(Object.entries(archive).map(([path, file]) => [path, new pulumi.asset.FileAsset(join(import.meta.dirname, file))])));
const bundle = code({ "index.mjs": "bundle.mjs" });

const logGroup = new aws.cloudwatch.LogGroup("logs", { name: "/aws/lambda/conformance" });
const role = new aws.iam.Role("role", {
  assumeRolePolicy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }] },
});
new aws.iam.RolePolicy("policy", {
  role: role.name,
  policy: {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState", "lambda:InvokeFunction"],
        Resource: "arn:aws:lambda:eu-west-1:000000000000:function:*",
      },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: pulumi.interpolate`${logGroup.arn}:*` },
    ],
  },
});

/** May checkpoint on $LATEST and on no version. */
const latestRole = new aws.iam.Role("latest", {
  assumeRolePolicy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }] },
});
new aws.iam.RolePolicy("latest", {
  role: latestRole.name,
  policy: {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
        Resource: "arn:aws:lambda:eu-west-1:000000000000:function:latest:$LATEST/durable-execution/*",
      },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: pulumi.interpolate`${logGroup.arn}:*` },
    ],
  },
});

function declare(name: string, args: Partial<aws.lambda.FunctionArgs>): void {
  new aws.lambda.Function(name, {
    name,
    role: role.arn,
    runtime: "nodejs24.x",
    handler: "index.handler",
    code: bundle,
    timeout: 20,
    publish: true,
    loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
    ...args,
  });
}

const durableConfig = { executionTimeout: 900, retentionPeriod: 1 };
declare("workflow", { durableConfig });
declare("workflow-http", { durableConfig, environment: { variables: { DURABLE_API: "http" } } });
declare("long", { durableConfig: { ...durableConfig, executionTimeout: 901 } });
declare("latest", { durableConfig, role: latestRole.arn });
declare("short", { durableConfig: { ...durableConfig, executionTimeout: 3 } });
declare("plain", { handler: "index.plain" });
declare("custom", { runtime: "provided.al2023", code: code({ bootstrap: "bootstrap.mjs" }) });
declare("snake", { runtime: "python3.14", handler: "snake.handler", code: code({ "snake.py": "snake.py" }) });
declare("python-workflow", { durableConfig, runtime: "python3.14", handler: "races.handler", code: code({ "races.py": "races.py" }) });

new aws.lambda.Alias("live", { name: "live", functionName: "workflow", functionVersion: "1" });
