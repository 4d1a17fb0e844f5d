import assert from "node:assert/strict";
import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { RegisteredResource } from "../../local/program/resource.ts";
import { RULES } from "../../policy/rules.ts";
import { PROJECT_NAME } from "./mocks.ts";
import { copyProject, evaluateCopy } from "./project-copy.ts";

const DECLARATION = `
import * as z from "zod";
import { defineJob } from "../kit/define-job.ts";

export default defineJob({
  description: "Books invoices",
  input: z.strictObject({ month: z.string() }),
  reports: "exit",
  architecture: "amd64",
  secrets: { TOKEN: { ssm: "token" }, PASSWORD: { secretsManager: "ledger" } },
  permissions: {
    ReadInvoices: { actions: ["s3:GetObject"], resources: ["arn:\${AWS::Partition}:s3:::invoices-\${AWS::AccountId}-\${AWS::Region}/*"] },
    Book: { actions: ["dynamodb:PutItem"], resources: ["arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/ledger"] },
  },
});
`;

const ARN = "eu-west-1:000000000000";
const PARAMETER = `arn:aws:ssm:${ARN}:parameter/${PROJECT_NAME}-prod-token`;
const SECRET = `arn:aws:secretsmanager:${ARN}:secret:${PROJECT_NAME}-prod-ledger`;
const INVOICES = "arn:aws:s3:::invoices-000000000000-eu-west-1/*";
const LEDGER = `arn:aws:dynamodb:${ARN}:table/ledger`;

const list = z.union([z.string().transform((one) => [one]), z.array(z.string())]);
const document = z.object({
  Statement: z.array(z.object({ Sid: z.string(), Action: list, Resource: list, Condition: z.record(z.string(), z.record(z.string(), list)).optional() })),
});

describe("A job with secrets, permissions and another architecture, in a folder and a line", function () {
  // The program is evaluated in a process of its own.
  this.timeout(180_000);
  let folder = "";
  let resources: readonly RegisteredResource[];
  let outputs: Readonly<Record<string, unknown>>;

  before(async () => {
    folder = await copyProject();
    await mkdir(join(folder, "container/ledger"));
    await writeFile(join(folder, "container/ledger/Dockerfile"), "FROM alpine:3.22\nRUN apk add jq\nCMD [\"true\"]\n");
    await writeFile(join(folder, "container/ledger/job.ts"), DECLARATION);
    await appendFile(join(folder, "container/index.ts"), 'export { default as ledger } from "./ledger/job.ts";\n');
    ({ resources, outputs } = await evaluateCopy(folder, "prod"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function find(type: string, name: string): RegisteredResource {
    const found = resources.find((resource) => resource.type === type && resource.name === name);
    assert.ok(found, `there is no ${type} ${name}`);
    return found;
  }

  const statements = (policy: unknown) => document.parse(typeof policy === "string" ? JSON.parse(policy) : policy).Statement;
  const policyOf = (role: string) => statements(find("aws:iam/rolePolicy:RolePolicy", `${role}-policy`).inputs["policy"]);
  /** `<action> <resource>`, for every combination. */
  const allowed = (found: ReturnType<typeof statements>) => found.flatMap(({ Action, Resource }) => Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)));
  const roleArn = (name: string) => String(find("aws:iam/role:Role", name).outputs["arn"]);

  it("has an image and a task of its architecture, whose container gets the secrets by reference", () => {
    assert.equal(find("awsx:ecr:Image", "ledger-image").inputs["platform"], "linux/amd64");
    const { runtimePlatform, containerDefinitions, executionRoleArn, taskRoleArn } = find("aws:ecs/taskDefinition:TaskDefinition", "ledger").inputs;
    assert.deepEqual(runtimePlatform, { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" });
    const [container] = JSON.parse(String(containerDefinitions)) as ({ secrets: unknown; environment: unknown } | undefined)[];
    assert.ok(container);
    assert.deepEqual(container.secrets, [{ name: "TOKEN", valueFrom: PARAMETER }, { name: "PASSWORD", valueFrom: SECRET }]);
    assert.deepEqual(container.environment, []);
    assert.deepEqual([executionRoleArn, taskRoleArn], [roleArn("ledger-execution-role"), roleArn("ledger-task-role")]);
    assert.deepEqual(find("aws:ecs/taskDefinition:TaskDefinition", "job").inputs["runtimePlatform"], { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" });
  });

  it("has secrets that its execution role alone may fetch, and no other", () => {
    const fetches = (role: string) => allowed(policyOf(role)).filter((each) => /^(ssm|secretsmanager|kms):/.test(each));
    assert.deepEqual(fetches("ledger-execution"), [`ssm:GetParameters ${PARAMETER}`, `secretsmanager:GetSecretValue ${SECRET}-??????`]);
    const policies = resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(policies.filter(({ name }) => fetches(name.replace(/-policy$/, "")).length > 0).map(({ name }) => name), ["ledger-execution-policy"]);
  });

  it("has a task role that may do what it declares, and nothing else", () => {
    assert.deepEqual(allowed(policyOf("ledger-task")), [`s3:GetObject ${INVOICES}`, `dynamodb:PutItem ${LEDGER}`]);
  });

  it("reaches its secrets and its resources through the endpoints, by its own roles", () => {
    const through = (service: string) =>
      statements(resources.find(({ type, inputs }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint" && String(inputs["serviceName"]).endsWith(`.${service}`))?.inputs["policy"]);
    const callers = (found: ReturnType<typeof statements>) => found.map(({ Condition }) => Object.values(Condition ?? {}).flatMap((keys) => Object.values(keys).flat()));
    assert.deepEqual(allowed(through("ssm")), [`ssm:GetParameters ${PARAMETER}`]);
    assert.deepEqual(allowed(through("secretsmanager")), [`secretsmanager:GetSecretValue ${SECRET}-??????`]);
    for (const service of ["ssm", "secretsmanager"]) assert.deepEqual(callers(through(service)), [[roleArn("ledger-execution-role")]]);
    for (const [service, passage] of [["s3", `s3:GetObject ${INVOICES}`], ["dynamodb", `dynamodb:PutItem ${LEDGER}`]] as const) {
      const own = through(service).filter((statement) => allowed([statement]).includes(passage));
      assert.deepEqual(callers(own), [[roleArn("ledger-task-role")]], service);
    }
  });

  it("is run by the job workflows, and is among the outputs", () => {
    const { arn, arnWithoutRevision } = find("aws:ecs/taskDefinition:TaskDefinition", "ledger").outputs;
    assert.equal(outputs["ledgerTaskDefinitionArn"], arn);
    assert.equal(outputs["ledgerLogGroupName"], find("aws:cloudwatch/logGroup:LogGroup", "ledger-logs").outputs["name"]);
    for (const workflow of ["poll-job", "callback-job", "dispatch-job"]) {
      const { variables } = find("aws:lambda/function:Function", workflow).inputs["environment"] as { variables: Record<string, string> };
      assert.equal((JSON.parse(variables["JOBS"] ?? "{}") as Record<string, unknown>)["ledger"], arn);
      const rights = allowed(policyOf(workflow));
      for (const right of [`ecs:RunTask ${String(arnWithoutRevision)}:*`, `iam:PassRole ${roleArn("ledger-task-role")}`, `iam:PassRole ${roleArn("ledger-execution-role")}`]) assert.ok(rights.includes(right), right);
    }
  });

  it("is fine by the policy pack", () => {
    const faults = resources.flatMap(({ type, name, inputs }) => {
      const subject = { type, urn: `urn:pulumi:prod::${PROJECT_NAME}::${type}::${name}`, props: inputs };
      return RULES.flatMap((rule) => rule.faults(subject).map((fault) => `${rule.name}: ${name} ${fault}`));
    });
    assert.deepEqual(faults, []);
  });
});
