import assert from "node:assert/strict";
import type { Subject } from "../../policy/rule.ts";
import { RULES } from "../../policy/rules.ts";
import { evaluateProgram, PROJECT_NAME, type Registered, type Stack, STACKS } from "../infra/mocks.ts";
import { rolePolicy, subject } from "./subjects.ts";

/** Everything that the pack has to say, as the CLI does: rule, resource, fault. */
function violations(subjects: readonly Subject[]): string[] {
  return subjects.flatMap((resource) => RULES.flatMap(({ name, faults }) => faults(resource).map((fault) => `${name}: ${resource.urn.split("::").at(-1) ?? ""} ${fault}`)));
}

function subjectOf(stack: Stack, { type, name, inputs }: Pick<Registered, "type" | "name" | "inputs">): Subject {
  return { type, urn: `urn:pulumi:${stack}::${PROJECT_NAME}::${type}::${name}`, props: inputs };
}

/** A change that takes one input away. */
function without(key: string): (props: Record<string, unknown>) => Record<string, unknown> {
  return (props) => Object.fromEntries(Object.entries(props).filter(([other]) => other !== key));
}

for (const stack of STACKS) {
  describe(`The policy pack on ${stack}`, () => {
    let subjects: Subject[];
    before(async () => {
      const { resources } = await evaluateProgram(stack);
      subjects = resources.map((resource) => subjectOf(stack, resource));
    });

    it("has nothing to say", () => {
      assert.deepEqual(violations(subjects), []);
    });

    /** The program's resource of a type, broken in one way; the pack must say so, and nothing else. */
    const broken = (type: string, change: (props: Record<string, unknown>) => Record<string, unknown>, rule: string) => {
      it(`notices a broken ${type.split(":").at(-1) ?? ""} (${rule})`, () => {
        const found = subjects.find((candidate) => candidate.type === type);
        assert.ok(found, `the program has no ${type}`);
        const said = violations([{ ...found, props: change({ ...found.props }) }]);
        assert.equal(said.length, 1);
        assert.ok(said[0]?.startsWith(`${rule}: `), said[0]);
      });
    };

    broken("aws:sqs/queue:Queue", (props) => ({ ...props, sqsManagedSseEnabled: false }), "encrypted-at-rest");
    broken("aws:dynamodb/table:Table", without("serverSideEncryption"), "encrypted-at-rest");
    broken("aws:cloudwatch/logGroup:LogGroup", without("retentionInDays"), "log-retention");
    broken("aws:scheduler/schedule:Schedule", (props) => ({ ...props, target: { ...(props.target as object), arn: "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST" } }), "qualified-targets");
    broken("aws:cloudwatch/eventTarget:EventTarget", (props) => ({ ...props, arn: "arn:aws:lambda:eu-west-1:123456789012:function:f" }), "qualified-targets");
    broken("aws:lambda/permission:Permission", without("qualifier"), "qualified-targets");
    broken("aws:lambda/alias:Alias", (props) => ({ ...props, functionVersion: "$LATEST" }), "qualified-targets");
    broken("aws:lambda/function:Function", (props) => ({ ...props, publish: false }), "qualified-targets");
    broken("pulumi:providers:aws", (props) => ({ ...props, defaultTags: String(props.defaultTags).replace(`"${stack}"`, '"none"') }), "tagged");

    it("notices a policy of any role that is made wider", () => {
      const policies = subjects.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
      assert.ok(policies.length > 0);
      for (const policy of policies) {
        const { Statement } = policy.props.policy as { Statement: object[] };
        const wider = { ...policy, props: { policy: { Statement: [...Statement, { Sid: "Wide", Effect: "Allow", Action: "*", Resource: "*" }] } } };
        assert.deepEqual(violations([wider]).map((violation) => violation.split(":")[0]), ["iam-named-actions", "iam-named-resources"]);
      }
    });
  });
}

describe("The policy pack", () => {
  it("says the same of a policy that the provider has turned into text", () => {
    assert.equal(violations([rolePolicy({ Action: "*" })]).length, 1);
  });

  it("has a name and a description for each rule, and no name twice", () => {
    assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
    for (const { name, description } of RULES) assert.match(`${name}: ${description}`, /^[a-z-]+: .{30,}\.$/);
  });

  it("leaves alone what is not of AWS", () => {
    assert.deepEqual(violations([subject("pulumi:pulumi:Stack", { policy: "not a policy" })]), []);
  });
});
