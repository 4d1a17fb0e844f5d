import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { PolicyStatement } from "../../../local/declarations.ts";
import type { Principal } from "../../../local/iam/access.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import { createIam, lambdaCaller, policy, role } from "./fixtures.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:poll";
const ACTION = "lambda:CheckpointDurableExecution";

/** Executions of two versions of a function and of another function, alike in all but one part each. */
const EXECUTIONS = ["poll:7/durable-execution/a/b", "poll:7/durable-execution/a/c", "poll:7/durable-execution/ab/b", "poll:8/durable-execution/a/b", "poll-2:7/durable-execution/a/b"].map(
  (name) => FUNCTION.replace(/poll$/, name),
);

function ask(iam: Iam, principal: Principal, resource: string): "allowed" | "refused" {
  try {
    iam.authorize(principal, { action: ACTION, resource });
    return "allowed";
  } catch {
    return "refused";
  }
}

function session(statements: readonly PolicyStatement[]): { iam: Iam; principal: Principal } {
  const declared = role("poll", { some: policy(...statements) });
  const iam = createIam([declared]);
  return { iam, principal: iam.assumeRole(declared.arn, lambdaCaller("poll"), "poll") };
}

const pattern = fc.oneof(
  fc.constant("*"),
  fc
    .tuple(
      fc.constantFrom("", ":", ":7", ":?", ":*", "*", "-2:7"),
      fc.constantFrom("", "*", "/durable-execution", "/durable-execution/", "/durable-*/", "/*/"),
      fc.constantFrom("", "*", "a", "a*", "?"),
      fc.constantFrom("", "/", "/*", "/b", "/?", "*"),
    )
    .map((parts) => FUNCTION + parts.join("")),
  fc.constantFrom(...EXECUTIONS),
);
const statement: fc.Arbitrary<PolicyStatement> = fc.record({
  Effect: fc.constantFrom("Allow", "Allow", "Deny"),
  Action: fc.constant(ACTION),
  Resource: fc.array(pattern, { minLength: 1, maxLength: 2 }),
});

describe("IAM, decisions remembered for all executions of a version", () => {
  it("are never other than those made for each execution by itself", () => {
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), fc.shuffledSubarray(EXECUTIONS, { minLength: 2 }), (statements, executions) => {
        const remembering = session(statements);
        for (const execution of executions) {
          const fresh = session(statements);
          assert.equal(ask(remembering.iam, remembering.principal, execution), ask(fresh.iam, fresh.principal, execution), execution);
        }
      }),
      { numRuns: 300 },
    );
  });
});
