import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROJECT = resolve(import.meta.dirname, "../../..");

const durable = (answer: string) => `import { withDurableExecution } from "@aws/durable-execution-sdk-js";
export const handler = withDurableExecution(async ({ seconds = 0 }: { seconds?: number }, context) => {
  if (seconds > 0) await context.wait("wait", { seconds });
  return ${JSON.stringify(answer)};
});
`;

/** Two functions with a bundle step, a schedule, a job and an unpublished function whose code is deployed as it is. */
const INDEX = `import { appendFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { bundle } from "./bundle.ts";
import { CRON, FUNCTIONS, JOB } from "./declared.ts";
await bundle();
appendFileSync(".build/evaluations", ".");
const trust = (Service: string) => ({ Version: "2012-10-17" as const, Statement: [{ Effect: "Allow" as const, Action: "sts:AssumeRole", Principal: { Service } }] });
const allow = (Action: string[]) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
const outputs: Record<string, pulumi.Output<string>> = {};
for (const name of FUNCTIONS) {
  const logs = new aws.cloudwatch.LogGroup(name + "-logs", { name: "/aws/lambda/" + name, retentionInDays: 1 });
  const role = new aws.iam.Role(name + "-role", { assumeRolePolicy: trust("lambda.amazonaws.com") });
  new aws.iam.RolePolicy(name + "-policy", { role: role.name, policy: allow(["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState", "logs:*"]) });
  const code = new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.FileAsset(".build/" + name + ".mjs") });
  const fn = new aws.lambda.Function(name, { name, role: role.arn, runtime: "nodejs24.x", handler: "index.handler", code, publish: true, timeout: 30, memorySize: 128, durableConfig: { executionTimeout: 900, retentionPeriod: 1 }, loggingConfig: { logFormat: "JSON", logGroup: logs.name } });
  const alias = new aws.lambda.Alias(name + "-live", { name: "live", functionName: fn.name, functionVersion: fn.version });
  outputs[name + "AliasArn"] = alias.arn;
  outputs[name + "Version"] = fn.version;
}
const plainRole = new aws.iam.Role("plain-role", { assumeRolePolicy: trust("lambda.amazonaws.com") });
new aws.iam.RolePolicy("plain-policy", { role: plainRole.name, policy: allow(["logs:*"]) });
new aws.lambda.Function("plain", { name: "plain", role: plainRole.arn, runtime: "nodejs24.x", handler: "index.handler", code: new pulumi.asset.FileArchive("plain") });
const cluster = new aws.ecs.Cluster("cluster", { name: "cluster" });
const jobRole = new aws.iam.Role("job-role", { assumeRolePolicy: trust("ecs-tasks.amazonaws.com") });
new aws.iam.RolePolicy("job-policy", { role: jobRole.name, policy: allow(["ecr:*", "logs:*"]) });
const repository = new awsx.ecr.Repository("jobs");
const image = new awsx.ecr.Image("image", { repositoryUrl: repository.url, context: "job", platform: "linux/arm64" });
const job = new aws.ecs.TaskDefinition(JOB, { family: JOB, cpu: "256", memory: "512", requiresCompatibilities: ["FARGATE"], networkMode: "awsvpc", executionRoleArn: jobRole.arn, taskRoleArn: jobRole.arn, containerDefinitions: pulumi.jsonStringify([{ name: "job", image: image.imageUri, essential: true }]) });
const schedulerRole = new aws.iam.Role("scheduler-role", { assumeRolePolicy: trust("scheduler.amazonaws.com") });
new aws.scheduler.Schedule("nightly", { name: "nightly", scheduleExpression: CRON, flexibleTimeWindow: { mode: "OFF" }, target: { arn: outputs["firstAliasArn"], roleArn: schedulerRole.arn } });
export default { ...outputs, clusterArn: cluster.arn, taskDefinitionArn: job.arn };
`;

const BUNDLE = `import { build } from "esbuild";
import { mkdir, writeFile } from "node:fs/promises";
import { FUNCTIONS } from "./declared.ts";
export async function bundle(): Promise<void> {
  const { metafile } = await build({ entryPoints: FUNCTIONS.map((name) => ({ in: \`functions/\${name}.ts\`, out: name })), outdir: ".build", outExtension: { ".js": ".mjs" }, bundle: true, metafile: true, platform: "node", target: "node24", format: "esm", mainFields: ["module", "main"], logLevel: "silent" });
  const outputs = Object.fromEntries(Object.entries(metafile.outputs).map(([output, { inputs }]) => [output, Object.keys(inputs).filter((input) => !input.includes("node_modules"))]));
  await writeFile(".build/inputs.json", JSON.stringify({ command: ["bundle-main.ts"], outputs }));
}
`;

const BUNDLE_MAIN = `import { bundle } from "./bundle.ts";
await bundle().catch((error) => {
  process.stderr.write(error.message);
  process.exitCode = 1;
});
`;

/** A program in a folder of its own, whose files a test changes. */
export class ReloadProgram {
  readonly folder = mkdtempSync(join(tmpdir(), "reload-"));
  readonly data = mkdtempSync(join(tmpdir(), "reload-data-"));

  constructor() {
    symlinkSync(join(PROJECT, "node_modules"), join(this.folder, "node_modules"));
    this.write("package.json", '{ "type": "module", "main": "index.ts" }');
    this.write("Pulumi.yaml", "name: reload\nruntime: nodejs\n");
    this.write("Pulumi.dev.yaml", "config:\n  aws:region: eu-west-1\n");
    this.write("declared.ts", declared());
    this.write("index.ts", INDEX);
    this.write("bundle.ts", BUNDLE);
    this.write("bundle-main.ts", BUNDLE_MAIN);
    this.handler("first", "one");
    this.handler("second", "one");
    this.write("plain/index.mjs", "export const handler = async () => 'one';\n");
    this.write("job/Dockerfile", 'FROM scratch\nWORKDIR /app\nCOPY job.mjs .\nCMD ["node", "job.mjs"]\n');
    this.write("job/job.mjs", "setTimeout(() => {}, 600_000);\n");
  }

  write(file: string, text: string): void {
    mkdirSync(dirname(join(this.folder, file)), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  /** Saves a handler that returns the answer after a durable wait. */
  handler(name: string, answer: string): void {
    this.write(`functions/${name}.ts`, durable(answer));
  }

  remove(): void {
    for (const folder of [this.folder, this.data]) rmSync(folder, { recursive: true, force: true });
  }
}

export function declared({ functions = ["first", "second"], cron = "cron(0 3 * * ? *)", job = "job" } = {}): string {
  return `export const FUNCTIONS = ${JSON.stringify(functions)};\nexport const CRON = ${JSON.stringify(cron)};\nexport const JOB = ${JSON.stringify(job)};\n`;
}

/** Waits until a condition holds. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`In a minute this did not happen: ${what}`);
    await sleep(20);
  }
}

/** Environments whose code is in a folder or below it. */
export function processesOf(codeFolder: string): number[] {
  const rows = execFileSync("ps", ["axeww", "-o", "pid=,args="], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }).split("\n");
  return rows.filter((row) => row.includes(` LAMBDA_TASK_ROOT=${codeFolder}`)).map((row) => Number.parseInt(row, 10));
}
