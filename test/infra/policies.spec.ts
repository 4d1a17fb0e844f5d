import assert from "node:assert/strict";
import { ACTIONS_WITHOUT_RESOURCE } from "../../infra/iam.ts";
import { ACCOUNT, type Evaluated, evaluateProgram, JOB_PREFIXES, PREFIXES_WITHOUT_PERMISSIONS, PROJECT_NAME, type Registered, STACKS } from "./mocks.ts";

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: "*" | { readonly Service?: string; readonly AWS?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Found {
  readonly where: string;
  /** Of the resource that carries it. */
  readonly type: string;
  readonly trust: boolean;
  readonly statement: Statement;
}

const list = (value: string | readonly string[] | undefined): readonly string[] => (typeof value === "string" ? [value] : (value ?? []));

const serviceOf = ({ Principal }: Statement) => (typeof Principal === "object" ? Principal.Service : undefined);

/** ECR's own bucket for this Region, in an account of AWS's. */
const LAYERS = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*";

/** Every statement in the inputs of every resource, wherever it stands and whether it is an object or JSON text. */
function statements(resources: readonly Registered[]): Found[] {
  return resources.flatMap(({ type, name, inputs }) => Object.entries(inputs).flatMap(([input, value]) => search(value, `${name}.${input}`, type, input === "assumeRolePolicy")));
}

function search(value: unknown, where: string, type: string, trust: boolean): Found[] {
  if (typeof value === "string" && value.includes('"Statement"')) return search(JSON.parse(value), where, type, trust);
  if (value === null || typeof value !== "object") return [];
  if ("Statement" in value) return (value.Statement as Statement[]).map((statement) => ({ where: `${where}/${statement.Sid ?? "?"}`, type, trust, statement }));
  return Object.entries(value).flatMap(([key, member]) => search(member, `${where}.${key}`, type, trust));
}

for (const stack of STACKS) {
  describe(`The policies of ${stack}`, () => {
    let program: Evaluated;
    let found: Found[];
    before(async () => {
      program = await evaluateProgram(stack);
      found = statements(program.resources);
    });

    const offenders = (isOffender: (found: Found) => boolean) => found.filter(isOffender).map(({ where, statement }) => `${where}: ${JSON.stringify(statement)}`);

    it("belong to every role, and are all within the program: nothing is attached, managed or inlined elsewhere", () => {
      const iamTypes = new Set(program.resources.map(({ type }) => type).filter((type) => type.startsWith("aws:iam/")));
      assert.deepEqual([...iamTypes].sort(), ["aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"]);
      const roles = program.resources.filter(({ type }) => type === "aws:iam/role:Role");
      assert.deepEqual([...new Set(roles.flatMap(({ inputs }) => Object.keys(inputs)))], ["assumeRolePolicy"]);
      const policies = program.resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
      // A task of a job that reports by its exit code alone may do nothing.
      const without = roles.filter(({ name }) => !policies.some((each) => each.name === name.replace(/-role$/, "-policy")));
      assert.deepEqual(without.map(({ name }) => name), PREFIXES_WITHOUT_PERMISSIONS.map((name) => `${name}-task-role`));
      assert.equal(found.filter(({ trust }) => trust).length, roles.length);
    });

    it("name every statement, allow, and have no exclusions", () => {
      const keys = new Set(["Sid", "Effect", "Action", "Resource", "Principal", "Condition"]);
      assert.deepEqual(offenders(({ statement }) => statement.Sid === undefined || statement.Effect !== "Allow" || Object.keys(statement).some((key) => !keys.has(key))), []);
    });

    it("name every action in full", () => {
      assert.deepEqual(offenders(({ statement }) => list(statement.Action).length === 0 || list(statement.Action).some((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))), []);
    });

    it("name resources, and leave them open only for actions with a reason on record", () => {
      const reasons: Readonly<Record<string, string>> = ACTIONS_WITHOUT_RESOURCE;
      // In a key's own policy, the only resource there is goes by that name.
      const open = found.filter(({ type, statement }) => type !== "aws:kms/key:Key" && list(statement.Resource).includes("*"));
      assert.ok(open.length > 0);
      assert.deepEqual(open.filter(({ statement }) => list(statement.Action).some((action) => !reasons[action])), []);
    });

    it("use a wildcard in a resource only as the whole last part, under a name of ours", () => {
      const tight = /^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{12}:[^*?]+([:/]\*)?$/;
      assert.deepEqual(
        offenders(({ statement, trust }) => !trust && list(statement.Resource).some((resource) => resource !== "*" && resource !== LAYERS && (!tight.test(resource) || /undefined|:\*:|\/\*\//.test(resource)))),
        [],
      );
      assert.deepEqual(offenders(({ statement, trust }) => !trust && list(statement.Resource).length === 0), []);
    });

    it("pass roles to one named service each, and only the roles of this program", () => {
      const passing = found.filter(({ statement }) => list(statement.Action).includes("iam:PassRole"));
      assert.ok(passing.length >= 4, "create-reminder and the three job functions pass roles");
      for (const { where, statement } of passing) {
        assert.match(statement.Condition?.StringEquals?.["iam:PassedToService"] ?? "", /^(scheduler|ecs-tasks)\.amazonaws\.com$/, where);
        assert.ok(list(statement.Resource).every((resource) => resource.startsWith(`arn:aws:iam::${ACCOUNT}:role/`) && !resource.includes("*")), where);
      }
    });

    it("trust one service each, narrowed to this account and its resources where AWS recommends it", () => {
      for (const { where, statement } of found.filter(({ trust }) => trust)) {
        const service = serviceOf(statement) ?? "";
        assert.deepEqual(Object.keys(statement.Principal ?? {}), ["Service"], where);
        if (service === "lambda.amazonaws.com") continue;
        assert.match(service, /^(scheduler|ecs-tasks|vpc-flow-logs)\.amazonaws\.com$/, where);
        assert.equal(statement.Condition?.StringEquals?.["aws:SourceAccount"], ACCOUNT, where);
        assert.match(statement.Condition.ArnLike?.["aws:SourceArn"] ?? "", new RegExp(`^arn:aws:[a-z0-9]+:[a-z0-9-]+:${ACCOUNT}:.+`), where);
      }
    });

    it("let EventBridge use a queue or a function on behalf of one rule only", () => {
      const watchdogRules = new Set(String(program.outputs.watchdogRuleArns).split(","));
      assert.equal(watchdogRules.size, 2);
      const countingRules = ["not-started", "failed"].map((name) => `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:task-failures-${name}-0a1b2c3`);
      const sending = found.filter(({ statement, trust }) => !trust && serviceOf(statement) === "events.amazonaws.com");
      assert.ok(sending.every(({ statement }) => list(statement.Action).join() === "sqs:SendMessage"));
      assert.deepEqual(new Set(sending.map(({ statement }) => statement.Condition?.ArnEquals?.["aws:SourceArn"])), new Set([...watchdogRules, ...countingRules]));
      const permissions = program.resources.filter(({ type }) => type === "aws:lambda/permission:Permission");
      assert.deepEqual(new Set(permissions.map(({ inputs }) => inputs.sourceArn)), watchdogRules);
      for (const { inputs } of permissions) {
        const { principal, action, qualifier } = inputs;
        assert.deepEqual({ principal, action, qualifier }, { principal: "events.amazonaws.com", action: "lambda:InvokeFunction", qualifier: "live" });
        assert.equal("sourceAccount" in inputs, false, "EventBridge sends no account: a permission that asks for one allows nothing");
      }
    });

    it("let CloudWatch publish to the alarms' topic, and encrypt what it publishes, for alarms of this stack only", () => {
      const alarming = found.filter(({ statement, trust }) => !trust && serviceOf(statement) === "cloudwatch.amazonaws.com");
      assert.deepEqual(alarming.flatMap(({ statement }) => list(statement.Action)).sort(), ["kms:Decrypt", "kms:GenerateDataKey", "sns:Publish"]);
      for (const { statement, where } of alarming) {
        assert.deepEqual(
          statement.Condition,
          { StringEquals: { "aws:SourceAccount": ACCOUNT }, ArnLike: { "aws:SourceArn": `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:${PROJECT_NAME}-${stack}-*` } },
          where,
        );
      }
    });

    it("leave the alarms' key to the account's administrators, who may not read what it encrypts", () => {
      const [administering, ...others] = found.filter(({ type, statement }) => type === "aws:kms/key:Key" && serviceOf(statement) === undefined);
      assert.deepEqual(others, []);
      assert.deepEqual(administering?.statement.Principal, { AWS: `arn:aws:iam::${ACCOUNT}:root` });
      assert.deepEqual(list(administering.statement.Action).filter((action) => /crypt|DataKey|Grant|Sign/i.test(action)), []);
      assert.ok(list(administering.statement.Action).includes("kms:PutKeyPolicy"), "a key that nobody can change is lost");
    });

    it("are open to anyone only on VPC endpoints, which add to other policies, and there for roles of jobs or for the layers of images", () => {
      const anyone = found.filter(({ statement }) => statement.Principal === "*");
      assert.deepEqual(anyone.filter(({ type }) => type !== "aws:ec2/vpcEndpoint:VpcEndpoint"), []);
      const endpoints = program.resources.filter(({ type }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint");
      assert.ok(endpoints.every(({ name }) => anyone.some(({ where }) => where.startsWith(`${name}.policy`))), "every endpoint has a policy");
      for (const { statement, where } of anyone) {
        if (list(statement.Resource).join() === LAYERS) assert.deepEqual(statement.Action, ["s3:GetObject"], where);
        else {
          const principals = list(statement.Condition?.ArnEquals?.["aws:PrincipalArn"]);
          assert.ok(principals.length > 0, where);
          for (const principal of principals) assert.match(principal, new RegExp(`^arn:aws:iam::${ACCOUNT}:role/(${JOB_PREFIXES.join("|")})-(task|execution)-role-`), where);
        }
      }
    });

    it("let functions that start tasks do so in this cluster only, and tag nothing but what they start", () => {
      const clusterArn = program.outputs.clusterArn;
      for (const action of ["ecs:RunTask", "ecs:ListTasks"]) {
        const using = found.filter(({ statement }) => list(statement.Action).includes(action));
        assert.ok(using.length > 0 && using.every(({ statement }) => statement.Condition?.ArnEquals?.["ecs:cluster"] === clusterArn), action);
      }
      const tagging = found.filter(({ statement }) => list(statement.Action).includes("ecs:TagResource"));
      assert.equal(tagging.length, 3);
      assert.ok(tagging.every(({ statement }) => statement.Condition?.StringEquals?.["ecs:CreateAction"] === "RunTask"));
    });
  });
}

describe("Actions without a resource", () => {
  it("each have a sentence as their reason", () => {
    for (const [action, reason] of Object.entries(ACTIONS_WITHOUT_RESOURCE)) assert.match(reason, /^\w.{20,}\.$/, action);
  });
});
