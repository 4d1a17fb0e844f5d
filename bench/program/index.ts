import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { build } from "esbuild";
import { join } from "node:path";

const OUT = join(import.meta.dirname, ".build");
const NAMES = ["steps", "wait"] as const;

await build({
  entryPoints: NAMES.map((name) => ({ in: join(import.meta.dirname, "functions", `${name}.ts`), out: `${name}/index` })),
  outdir: OUT,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  minify: true,
  platform: "node",
  target: "node24",
  format: "esm",
  mainFields: ["module", "main"],
  logLevel: "silent",
});

/** A durable function with logs, and a role that may do what a durable function must and nothing else. */
function durableFunction(name: (typeof NAMES)[number]): aws.lambda.Alias {
  const physicalName = `bench-${name}`;
  const logGroup = new aws.cloudwatch.LogGroup(`${name}-logs`, { name: `/aws/lambda/${physicalName}`, retentionInDays: 1 });
  const role = new aws.iam.Role(`${name}-role`, {
    assumeRolePolicy: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
    },
  });
  const executions = `arn:aws:lambda:*:*:function:${physicalName}:*/durable-execution/*`;
  new aws.iam.RolePolicy(`${name}-policy`, {
    role: role.name,
    policy: pulumi.jsonStringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"], Resource: executions },
        { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: pulumi.interpolate`${logGroup.arn}:*` },
      ],
    }),
  });
  const lambda = new aws.lambda.Function(name, {
    name: physicalName,
    role: role.arn,
    runtime: "nodejs24.x",
    handler: "index.handler",
    code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.FileAsset(join(OUT, name, "index.mjs")) }),
    timeout: 60,
    memorySize: 256,
    publish: true,
    durableConfig: { executionTimeout: 900, retentionPeriod: 1 },
    loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
  });
  return new aws.lambda.Alias(`${name}-live`, { name: "live", functionName: lambda.name, functionVersion: lambda.version });
}

export default Object.fromEntries(NAMES.map((name) => [`${name}AliasArn`, durableFunction(name).arn]));
