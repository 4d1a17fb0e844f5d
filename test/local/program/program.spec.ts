import * as assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { FunctionRegistry } from "../../../local/lambda/registry.ts";
import { schema } from "../../../local/lambda/schema.ts";
import { declareStack } from "../../../local/providers/declaration.ts";
import { isSimulated } from "../../../local/providers/provide.ts";
import { evaluateProgram } from "../../../local/program/evaluate.ts";
import { readStackConfig } from "../../../local/program/stack-config.ts";
import { publish } from "../../../local/program/publish.ts";
import type { Evaluation, Publication, Revisions } from "../../../local/program/resource.ts";
import { Store } from "../../../local/store/store.ts";

const PROJECT = resolve(import.meta.dirname, "../../..");
const ENDPOINT = "http://127.0.0.1:4570";

/** A small program beside the real one, for what the real one does not declare. */
const PROGRAM = `
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
const boundary = new aws.iam.Policy("boundary", { policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "logs:*", Resource: "*" }] } });
const role = new aws.iam.Role("role", { permissionsBoundary: boundary.arn, inlinePolicies: [{ name: "logs", policy: JSON.stringify({ Version: "2012-10-17", Statement: [] }) }], assumeRolePolicy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }] } });
const handler = new aws.lambda.Function("worker", {
  role: role.arn, runtime: "nodejs24.x", handler: "index.handler", publish: true, timeout: 30,
  code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.FileAsset("handler.mjs") }),
  environment: { variables: { GREETING: new pulumi.Config().require("greeting"), SECRET: pulumi.secret("hidden") } },
});
new aws.iam.RolePolicyAttachment("attachment", { role: role, policyArn: aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole });
new aws.lambda.Alias("live", { name: "live", functionName: handler.name, functionVersion: handler.version });
new aws.lambda.Permission("permission", { function: handler.name, qualifier: "live", action: "lambda:InvokeFunction", principal: "events.amazonaws.com", sourceArn: "arn:aws:events:eu-west-1:000000000000:rule/tick" });
new aws.kinesis.Stream("stream", { shardCount: 1 });
export const version = handler.version;
export const target = pulumi.interpolate\`\${handler.qualifiedArn}\`;
`;

describe("Evaluating a Pulumi program", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "program-"));
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: sample\nruntime: nodejs\nconfig:\n  greeting: { type: string, default: hello }\n");
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n");
    writeFileSync(join(folder, "handler.mjs"), "export const handler = async () => 1;\n");
    writeFileSync(join(folder, "index.ts"), PROGRAM);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function evaluate(revisions: Revisions = {}): Promise<Evaluation & Publication & { template: Evaluation }> {
    const evaluation = await evaluateProgram({ projectFolder: folder, stack: "dev", endpoint: ENDPOINT });
    return { ...evaluation, ...(await publish(evaluation, revisions)), template: evaluation };
  }

  async function declare(before?: Revisions) {
    const { resources, revisions } = await evaluate(before);
    return { revisions, ...(await declareStack(resources, join(folder, "functions"))) };
  }

  it("shows of a mistake in the program where it is, and no frames of Node or of packages", async () => {
    writeFileSync(join(folder, "index.ts"), 'import { readFileSync } from "node:fs";\nreadFileSync("missing.txt");\n');
    await assert.rejects(evaluate(), (error: Error) => {
      assert.match(error.message, /ENOENT.*missing\.txt/);
      assert.match(error.message, /index\.ts:2:1/);
      assert.doesNotMatch(error.message, /at .*node:|node_modules/);
      return true;
    });
  });

  it("hands back the outputs, the declarations and what is not simulated", async () => {
    const { outputs, resources, region } = await evaluate();
    assert.equal(region, "eu-west-1");
    assert.equal(outputs.version, "1");
    assert.match(String(outputs.target), /^arn:aws:lambda:eu-west-1:000000000000:function:worker-[0-9a-f]{7}:1$/);
    assert.deepEqual(
      resources.map(({ type }) => type).filter((type) => !isSimulated(type)),
      ["aws:kinesis/stream:Stream"],
    );
    const { declaration } = await declareStack(resources, join(folder, "functions"));
    const version = declaration.functions[0]!;
    assert.deepEqual(version.environment, { GREETING: "hello", SECRET: "hidden" });
    assert.equal(version.timeoutSeconds, 30);
    const [role] = declaration.roles;
    assert.deepEqual(Object.keys(role!.policies), ["logs", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]);
    assert.deepEqual(role!.permissionsBoundary?.Statement, [{ Effect: "Allow", Action: "logs:*", Resource: "*" }]);
    assert.deepEqual(declaration.aliases, [{ functionArn: version.functionArn, name: "live", version: "1" }]);
    assert.equal(declaration.resourcePolicies[0]?.resourceArn, `${version.functionArn}:live`);
  });

  it("keeps a function's version while nothing changes, and publishes the next one when code or configuration does", async () => {
    const first = await declare();
    assert.equal((await evaluate(first.revisions)).outputs.version, "1");

    writeFileSync(join(folder, "handler.mjs"), "export const handler = async () => 2;\n");
    const second = await declare(first.revisions);
    assert.equal(second.declaration.functions[0]?.version, "2");

    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n  sample:greeting: bye\n");
    assert.equal((await evaluate(second.revisions)).outputs.version, "3");
  });

  it("declares after a change of code alone what a new evaluation would declare", async () => {
    const job = 'new aws.ecs.TaskDefinition("job", { family: "job", cpu: "256", memory: "512", executionRoleArn: role.arn, containerDefinitions: pulumi.jsonStringify([{ name: "job", image: "x", environment: [{ name: "WORKER", value: handler.qualifiedArn }, { name: "DIGEST", value: handler.codeSha256 }] }]) });';
    const dependent = `new aws.lambda.Function("dependent", { role: role.arn, runtime: "nodejs24.x", handler: "index.handler", publish: true, code: new pulumi.asset.FileArchive("code"), environment: { variables: { JOB: job.arn } } });`;
    mkdirSync(join(folder, "code/inner"), { recursive: true });
    writeFileSync(join(folder, "code/inner/data.json"), "1");
    writeFileSync(join(folder, "index.ts"), `${PROGRAM}const job = ${job}
${dependent}
export const revision = job.revision;
`);
    const first = await evaluate();
    assert.equal(first.outputs.revision, 1);
    writeFileSync(join(folder, "handler.mjs"), "export const handler = async () => 2;\n");
    writeFileSync(join(folder, "code/second.mjs"), "");
    const second = await publish(first.template, first.revisions);
    const whole = await evaluate(first.revisions);
    assert.deepEqual(second, { resources: whole.resources, outputs: whole.outputs, revisions: whole.revisions });
    assert.deepEqual([second.outputs.version, second.outputs.revision], ["2", 2]);
    assert.deepEqual(await publish(first.template, second.revisions), second);
    const { declaration } = await declareStack(second.resources, join(folder, "functions"));
    assert.deepEqual(declaration.functions.map(({ version, code }) => [version, Object.keys(code!.files)]), [["2", ["index.mjs"]], ["2", ["inner/data.json", "second.mjs"]]]);
    assert.doesNotMatch(JSON.stringify(second), /7\d{15}/);
  });

  it("keeps the code of an older version when a newer one is published", async () => {
    const first = await declare();
    writeFileSync(join(folder, "handler.mjs"), "export const handler = async () => 2;\n");
    const second = await declare(first.revisions);
    const load = async (codeFolder: string) => ((await import(join(codeFolder, "index.mjs"))) as { handler: () => Promise<number> }).handler();
    assert.equal(await load(first.declaration.functions[0]!.codeFolder), 1);
    assert.equal(await load(second.declaration.functions[0]!.codeFolder), 2);
    // The module type of the folder that the data happens to be in must not reach the code.
    assert.equal(readFileSync(join(folder, "functions", "package.json"), "utf8"), "{}\n");
  });

  it("gives every resource the same name and ARN at each start", async () => {
    const names = (evaluation: Evaluation) => evaluation.resources.map(({ outputs }) => String(outputs.arn)).sort();
    assert.deepEqual(names(await evaluate()), names(await evaluate()));
  });

  it("shows the message of a RunError alone, as the Pulumi CLI does", async () => {
    writeFileSync(join(folder, "index.ts"), 'import * as pulumi from "@pulumi/pulumi";\nthrow new pulumi.RunError("egress: choose one of public, nat");\n');
    await assert.rejects(evaluate(), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.match(error.message, /stack dev:\negress: choose one of public, nat$/);
      return true;
    });
  });

  it("takes a function that publishes nothing as $LATEST, for aliases too", async () => {
    writeFileSync(join(folder, "index.ts"), PROGRAM.replace("publish: true,", ""));
    const { outputs, resources } = await evaluate();
    assert.equal(outputs.version, "$LATEST");
    assert.match(String(outputs.target), /:\$LATEST$/);
    const { declaration } = await declareStack(resources, join(folder, "functions"));
    const store = Store.open({ file: ":memory:", schemas: [schema] });
    const registry = new FunctionRegistry({ store, identity: { partition: "aws", region: "eu-west-1", accountId: LOCAL_ACCOUNT_ID } });
    registry.apply(declaration);
    const { functionArn, qualifiedArn } = declaration.functions[0]!;
    assert.deepEqual(registry.versions(functionArn), []);
    assert.equal(registry.alias(functionArn, "live").version.codeFolder, declaration.functions[0]!.codeFolder);
    assert.throws(() => registry.resolve(qualifiedArn), { name: "ResourceNotFoundException" });
    store.close();
  });

  it("refuses two resources of one type and name, and takes them below different parents", async () => {
    const topic = 'new aws.kinesis.Stream("stream", { shardCount: 1 });';
    writeFileSync(join(folder, "index.ts"), PROGRAM.replace(topic, topic + topic));
    await assert.rejects(evaluate(), { name: "UserError", message: /Two resources are aws:kinesis\/stream:Stream "stream": give each one a name of its own/ });
    const below = (type: string) => `new aws.kinesis.Stream("stream", { shardCount: 1 }, { parent: new pulumi.ComponentResource("${type}", "parent") });`;
    writeFileSync(join(folder, "index.ts"), PROGRAM + below("own:a:A") + below("own:b:B"));
    assert.equal((await evaluate()).resources.filter(({ name }) => name === "stream").length, 3);
  });

  it("takes a task definition without a task role", async () => {
    const definition = 'new aws.ecs.TaskDefinition("job", { family: "job", cpu: "256", memory: "512", executionRoleArn: role.arn, containerDefinitions: "[]" });';
    writeFileSync(join(folder, "index.ts"), PROGRAM + definition);
    const { declaration } = await declareStack((await evaluate()).resources, join(folder, "functions"));
    assert.equal(declaration.taskDefinitions[0]?.taskRoleArn, undefined);
  });

  it("says which file is missing for an unknown stack", async () => {
    await assert.rejects(readStackConfig(folder, "nowhere"), { name: "UserError", message: /Pulumi\.nowhere\.yaml.*--stack/ });
  });

  it("says that it cannot read an encrypted setting", async () => {
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  aws:region: eu-west-1\n  sample:token:\n    secure: AAAB\n");
    await assert.rejects(readStackConfig(folder, "dev"), { name: "UserError", message: /sample:token is encrypted/ });
  });
});
