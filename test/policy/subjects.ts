import type { Rule, Subject } from "../../policy/rule.ts";

/** A resource of the stack dev, for a rule to look at. */
export function subject(type: string, props: Subject["props"], name = "x"): Subject {
  return { type, props, urn: `urn:pulumi:dev::durable-workflows::${type}::${name}` };
}

/** A role's policy of one statement, which allows an action on a resource unless told otherwise. */
export function rolePolicy(statement: Readonly<Record<string, unknown>>): Subject {
  const complete = { Sid: "S", Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:123456789012:q", ...statement };
  return subject("aws:iam/rolePolicy:RolePolicy", { policy: JSON.stringify({ Version: "2012-10-17", Statement: [complete] }) });
}

/** A case of a rule: a resource, and what the rule has to say about it. */
export type Case = readonly [sentence: string, subject: Subject, ...faults: string[]];

/** Declares a test per case. */
export function itJudges(rule: Rule, cases: readonly Case[], equal: (actual: unknown, expected: unknown) => void): void {
  for (const [sentence, resource, ...faults] of cases) {
    it(`${faults.length === 0 ? "accepts" : "refuses"} ${sentence}`, () => {
      equal(rule.faults(resource), faults);
    });
  }
}
