import assert from "node:assert/strict";
import type { PolicyStatement } from "../../../local/declarations.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import { declareRoles, unknownPolicies } from "../../../local/providers/iam.ts";
import { provide } from "../../../local/providers/provide.ts";
import type { RegisteredResource } from "../../../local/program/resource.ts";
import { createIam, denied, identity, lambdaCaller, policy, trust } from "./fixtures.ts";

const context = { identity, project: "p", stack: "dev", projectFolder: "/nowhere", endpoint: "http://127.0.0.1:1", defaultTags: {} };
const ARN = "arn:aws:iam::000000000000:role/worker";
const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:queue";
const LOGS = "arn:aws:logs:eu-west-1:000000000000:log-group:/a:log-stream:b";
const SESSION = "arn:aws:sts::000000000000:assumed-role/worker/session";
const managed = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const allow = (Action: string, Resource = "*"): PolicyStatement => ({ Effect: "Allow", Action, Resource });

async function register(type: string, name: string, inputs: object): Promise<RegisteredResource> {
  const request = { type, name, inputs: { name, ...inputs } };
  return { ...request, outputs: (await provide(request, context)).outputs };
}

const role = (inputs: object) => register("aws:iam/role:Role", "worker", { assumeRolePolicy: trust("lambda.amazonaws.com"), ...inputs });
const declaredPolicy = (name: string, ...statements: PolicyStatement[]) => register("aws:iam/policy:Policy", name, { policy: JSON.stringify(policy(...statements)) });
const attachment = (policyArn: unknown) => register("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attachment", { role: "worker", policyArn });

/** What a session of the role is answered. */
function asking(resources: readonly RegisteredResource[]): (action: string, resource: string) => void {
  const iam: Iam = createIam(declareRoles(resources));
  const session = iam.assumeRole(ARN, lambdaCaller("worker"), "session");
  return (action, resource) => iam.authorize(session, { action, resource });
}
const refused = (action: string, resource: string, why: string) => denied(`User: ${SESSION} is not authorized to perform: ${action} on resource: ${resource} ${why}`);
const NO_POLICY = "because no identity-based policy allows the sqs:SendMessage action";

describe("A role's policies", () => {
  it("are its inline policies too", async () => {
    const ask = asking([await role({ inlinePolicies: [{ name: "send", policy: JSON.stringify(policy(allow("sqs:SendMessage", QUEUE))) }, {}] })]);
    ask("sqs:SendMessage", QUEUE);
    assert.throws(() => ask("sqs:SendMessage", `${QUEUE}2`), refused("sqs:SendMessage", `${QUEUE}2`, NO_POLICY));
  });

  it("are the program's managed policies that are attached to it, either way", async () => {
    const send = await declaredPolicy("send", allow("sqs:SendMessage", QUEUE));
    for (const resources of [[await role({ managedPolicyArns: [send.outputs["arn"]] })], [await role({}), await attachment(send.outputs["arn"])]]) {
      asking([...resources, send])("sqs:SendMessage", QUEUE);
      assert.deepEqual(unknownPolicies([...resources, send]), []);
    }
    const alone = asking([await role({}), send]);
    assert.throws(() => alone("sqs:SendMessage", QUEUE), refused("sqs:SendMessage", QUEUE, NO_POLICY));
  });

  const AWS_MANAGED = [
    ["service-role/AWSLambdaBasicExecutionRole", ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "lambda:CheckpointDurableExecution"],
    ["service-role/AWSLambdaBasicDurableExecutionRolePolicy", ["logs:CreateLogGroup", "lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"], "lambda:InvokeFunction"],
    ["service-role/AmazonECSTaskExecutionRolePolicy", ["ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "logs:CreateLogStream", "logs:PutLogEvents"], "logs:CreateLogGroup"],
  ] as const;
  for (const [name, actions, other] of AWS_MANAGED) {
    it(`of AWS grant what AWS documents: ${name}`, async () => {
      const resources = [await role({ managedPolicyArns: [managed(name)] })];
      const ask = asking(resources);
      for (const action of actions) ask(action, LOGS);
      assert.throws(() => ask(other, LOGS), refused(other, LOGS, `because no identity-based policy allows the ${other} action`));
      assert.deepEqual(unknownPolicies(resources), []);
    });
  }

  it("that are not known grant nothing, and are named", async () => {
    const resources = [await role({ managedPolicyArns: [managed("AmazonSQSFullAccess")] }), await attachment("arn:aws:iam::000000000000:policy/elsewhere")];
    const ask = asking(resources);
    assert.throws(() => ask("sqs:SendMessage", QUEUE), refused("sqs:SendMessage", QUEUE, NO_POLICY));
    assert.deepEqual(unknownPolicies(resources), [
      "policy arn:aws:iam::aws:policy/AmazonSQSFullAccess of role worker",
      "policy arn:aws:iam::000000000000:policy/elsewhere of role worker",
    ]);
  });
});

describe("A role's permissions boundary", () => {
  const bounded = async (...statements: PolicyStatement[]) => {
    const boundary = await declaredPolicy("boundary", ...statements);
    return asking([boundary, await role({ permissionsBoundary: boundary.outputs["arn"], inlinePolicies: [{ name: "all", policy: policy(allow("sqs:*"), allow("logs:*")) }] })]);
  };

  it("limits what its policies allow, and grants nothing", async () => {
    const ask = await bounded(allow("sqs:SendMessage"), allow("s3:GetObject"));
    ask("sqs:SendMessage", QUEUE);
    const [action, resource] = ["logs:PutLogEvents", LOGS];
    assert.throws(() => ask(action, resource), refused(action, resource, "because no permissions boundary allows the logs:PutLogEvents action"));
    assert.throws(() => ask("s3:GetObject", "arn:aws:s3:::a/b"), refused("s3:GetObject", "arn:aws:s3:::a/b", "because no identity-based policy allows the s3:GetObject action"));
  });

  it("denies what it denies", async () => {
    const ask = await bounded(allow("*"), { Effect: "Deny", Action: "sqs:*", Resource: QUEUE });
    ask("sqs:SendMessage", `${QUEUE}2`);
    assert.throws(() => ask("sqs:SendMessage", QUEUE), refused("sqs:SendMessage", QUEUE, "with an explicit deny in a permissions boundary"));
  });

  it("tells executions of a version apart, although the role's policies do not", async () => {
    const execution = (name: string) => `arn:aws:lambda:eu-west-1:000000000000:function:f:1/durable-execution/${name}/id`;
    const boundary = await declaredPolicy("boundary", allow("lambda:*", execution("mine")));
    const all = policy(allow("lambda:*", "arn:aws:lambda:eu-west-1:000000000000:function:f:1/durable-execution/*"));
    const ask = asking([boundary, await role({ permissionsBoundary: boundary.outputs["arn"], inlinePolicies: [{ name: "all", policy: all }] })]);
    ask("lambda:StopDurableExecution", execution("mine"));
    assert.throws(() => ask("lambda:StopDurableExecution", execution("other")), { name: "AccessDeniedException" });
  });

  it("of another program limits nothing, and is named", async () => {
    const elsewhere = "arn:aws:iam::000000000000:policy/boundary";
    const resources = [await role({ permissionsBoundary: elsewhere, inlinePolicies: [{ name: "send", policy: policy(allow("sqs:SendMessage")) }] })];
    asking(resources)("sqs:SendMessage", QUEUE);
    assert.deepEqual(unknownPolicies(resources), [`permissions boundary ${elsewhere} of role worker`]);
  });

  it("is refused with its place when it is malformed", async () => {
    const boundary = await declaredPolicy("boundary", { Effect: "Allow", Action: "everything", Resource: "*" });
    const resources = [boundary, await role({ permissionsBoundary: boundary.outputs["arn"] })];
    assert.throws(() => asking(resources), { name: "UserError", message: /permissions boundary of role worker: Statement\[0\]/ });
  });
});
