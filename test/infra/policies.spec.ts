import assert from "node:assert/strict";
import { ACTIONS_WITHOUT_RESOURCE } from "../../infra/iam.ts";
import { ACCOUNT, type Evaluated, evaluateProgram, type Registered, STACKS } from "./mocks.ts";

interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Found {
  readonly where: string;
  readonly trust: boolean;
  readonly statement: Statement;
}

const list = (value: string | readonly string[] | undefined): readonly string[] => (typeof value === "string" ? [value] : (value ?? []));

/** Every statement in the inputs of every resource, wherever it stands and whether it is an object or JSON text. */
function statements(resources: readonly Registered[]): Found[] {
  return resources.flatMap(({ name, inputs }) => Object.entries(inputs).flatMap(([input, value]) => search(value, `${name}.${input}`, input === "assumeRolePolicy")));
}

function search(value: unknown, where: string, trust: boolean): Found[] {
  if (typeof value === "string" && value.includes('"Statement"')) return search(JSON.parse(value), where, trust);
  if (value === null || typeof value !== "object") return [];
  if ("Statement" in value) return (value.Statement as Statement[]).map((statement) => ({ where: `${where}/${statement.Sid ?? "?"}`, trust, statement }));
  return Object.entries(value).flatMap(([key, member]) => search(member, `${where}.${key}`, trust));
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
      assert.equal(policies.length, roles.length);
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
      const open = found.filter(({ statement }) => list(statement.Resource).includes("*"));
      assert.ok(open.length > 0);
      assert.deepEqual(open.filter(({ statement }) => list(statement.Action).some((action) => !reasons[action])), []);
    });

    it("use a wildcard in a resource only as the whole last part, under a name of ours", () => {
      const tight = /^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{12}:[^*?]+([:/]\*)?$/;
      assert.deepEqual(
        offenders(({ statement, trust }) => !trust && list(statement.Resource).some((resource) => resource !== "*" && (!tight.test(resource) || /undefined|:\*:|\/\*\//.test(resource)))),
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
        const service = statement.Principal?.Service ?? "";
        assert.deepEqual(Object.keys(statement.Principal ?? {}), ["Service"], where);
        if (service === "lambda.amazonaws.com") continue;
        assert.match(service, /^(scheduler|ecs-tasks|vpc-flow-logs)\.amazonaws\.com$/, where);
        assert.equal(statement.Condition?.StringEquals?.["aws:SourceAccount"], ACCOUNT, where);
        assert.match(statement.Condition.ArnLike?.["aws:SourceArn"] ?? "", new RegExp(`^arn:aws:[a-z0-9]+:[a-z0-9-]+:${ACCOUNT}:.+`), where);
      }
    });

    it("let EventBridge use a queue or a function on behalf of one rule only", () => {
      const rules = new Set(String(program.outputs.watchdogRuleArns).split(","));
      assert.equal(rules.size, 2);
      const sending = found.filter(({ statement, trust }) => !trust && statement.Principal !== undefined);
      assert.deepEqual(new Set(sending.map(({ statement }) => statement.Condition?.ArnEquals?.["aws:SourceArn"])), rules);
      const permissions = program.resources.filter(({ type }) => type === "aws:lambda/permission:Permission");
      assert.deepEqual(new Set(permissions.map(({ inputs }) => inputs.sourceArn)), rules);
      for (const { inputs } of permissions) {
        const { principal, action, qualifier, sourceAccount } = inputs;
        assert.deepEqual({ principal, action, qualifier, sourceAccount }, { principal: "events.amazonaws.com", action: "lambda:InvokeFunction", qualifier: "live", sourceAccount: ACCOUNT });
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
