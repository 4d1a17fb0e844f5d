import assert from "node:assert/strict";
import { FUNCTION_NAMES } from "../../infra/workflows.ts";
import { type Evaluated, evaluateProgram, PROJECT_NAME, type Stack } from "../infra/mocks.ts";
import { StandInAws, UNKNOWN } from "./aws.ts";
import { findPulumi, Project } from "./project.ts";
import { serveProvider } from "./provider-server.ts";
import { changes, resources, type ResourceState } from "./state.ts";

/** A stack under test, once its `before` has run. */
export interface Life {
  readonly project: Project;
  readonly aws: StandInAws;
}

const FUNCTION = "aws:lambda/function:Function";

/** A URN with the type of the closest parent only: mocks know no more of the chain. */
function withOneParent(urn: string): string {
  const [stack = "", project = "", types = "", name = ""] = urn.split(/(?<=[^:])::(?=[^:])/);
  return [stack, project, types.split("$").slice(-2).join("$"), name].join("::");
}

/**
 * Declares tests that take a stack through its life in the real engine: previewed, created, left alone, changed. What
 * comes after differs by stack: `then` declares it.
 */
export async function describeLife(stack: Stack, then: (life: () => Life, urn: (type: string, name: string) => Promise<string>) => void): Promise<void> {
  const pulumi = await findPulumi();
  if (pulumi === undefined) {
    describe(`The real engine with ${stack}`, () => {
      // Pending: `npm test` passes without a CLI, `npm run test:engine` does not.
      it("needs a pulumi on the PATH");
    });
    return;
  }

  describe(`The real engine with ${stack}`, function () {
    this.timeout(180_000);
    const aws = new StandInAws();
    const used = new AsyncDisposableStack();
    let project: Project;
    let mocked: Evaluated;
    before(async () => {
      mocked = await evaluateProgram(stack);
      const server = await serveProvider(aws);
      used.defer(() => server.stop());
      project = await Project.create(stack, pulumi, `aws:${server.port},awsx:${server.port}`);
      used.defer(() => project.remove());
    });
    after(() => used.disposeAsync());

    const state = () => resources(project);
    const find = async (type: string, name: string): Promise<ResourceState> => {
      const found = (await state()).find((resource) => resource.type === type && resource.urn.endsWith(`::${name}`));
      assert.ok(found, `${type} ${name}`);
      return found;
    };

    /** Each preview of prod warns that its alarms have no receiver, as the stack file says. */
    const assertProblems = (problems: readonly string[]) => {
      assert.equal(problems.length, stack === "prod" ? 1 : 0, problems.join());
      assert.ok(problems.every((problem) => problem.startsWith("warning: alarmEmail is none")), problems.join());
    };

    it("plans everything new, and nothing happens yet", async () => {
      const { steps, problems } = await changes(project);
      assertProblems(problems);
      assert.deepEqual(new Set(steps.map(({ op }) => op)), new Set(["create"]));
      assert.deepEqual(aws.happened, []);
    });

    it("creates it under the policy pack, with every value known", async () => {
      const { output } = await project.succeed("up", "--skip-preview", "--yes", "--policy-pack", "policy");
      assert.match(output, /✅ [a-z-]+@/);
    });

    it("gives the outputs that the mocks give, each a text", async () => {
      const outputs = JSON.parse((await project.succeed("stack", "output", "--json")).stdout) as Record<string, unknown>;
      assert.deepEqual(Object.keys(outputs).sort(), Object.keys(mocked.outputs).sort());
      assert.deepEqual(Object.entries(outputs).filter(([, value]) => typeof value !== "string" || value === ""), []);
      assert.deepEqual([outputs.reportVersion, outputs.region], ["1", "eu-west-1"]);
    });

    it("has the resources that the mocks have, under the same parents", async () => {
      const found = await state();
      const ofProgram = found.filter(({ type, parent }) => !type.startsWith("pulumi:") && !parent?.includes("$awsx:"));
      assert.deepEqual(ofProgram.map(({ urn }) => withOneParent(urn)).sort(), mocked.urns.filter((urn) => !urn.includes("::pulumi:")).sort());
      const known = new Set(found.map(({ urn }) => urn));
      assert.deepEqual(found.filter(({ type, parent }) => type !== "pulumi:pulumi:Stack" && !type.startsWith("pulumi:providers:") && !known.has(parent ?? "")), []);
    });

    it("hands the program the defaults of Pulumi.yaml and the provider the tags and the Region of the stack", async () => {
      const { inputs } = await find(FUNCTION, "poll-job");
      assert.equal((inputs.environment as { variables: Record<string, string> }).variables.JOB_CAPACITY_WAIT_SECONDS, "21600");
      const [provider, ...others] = (await state()).filter(({ type }) => type === "pulumi:providers:aws");
      assert.deepEqual(others, []);
      assert.deepEqual([provider?.inputs.region, JSON.parse(String(provider?.inputs.defaultTags))], ["eu-west-1", { tags: { project: PROJECT_NAME, environment: stack } }]);
    });

    it("protects what must not be lost in prod, and nothing elsewhere", async () => {
      const held = (await state()).filter(({ protect }) => protect).map(({ urn }) => urn.split("::").at(-1) ?? "");
      for (const name of [...FUNCTION_NAMES, "jobs", "reminders-group"]) assert.equal(held.includes(name), stack === "prod", name);
      if (stack !== "prod") assert.deepEqual(held, []);
    });

    it("finds nothing to do for the program as it is", async () => {
      const { steps, problems } = await changes(project);
      assert.deepEqual(steps, []);
      assertProblems(problems);
    });

    it("plans for changed code a new version of that function, and what points to it", async () => {
      await project.changeCode("report");
      const { steps } = await changes(project);
      assert.deepEqual(
        steps.map(({ op, type, name }) => `${op} ${type} ${name}`).sort(),
        [
          "update aws:iam/rolePolicy:RolePolicy report-schedule-policy",
          "update aws:lambda/alias:Alias report-live",
          "update aws:lambda/function:Function report",
          "update aws:scheduler/schedule:Schedule report-schedule",
        ],
      );
      const { inputs } = steps.find(({ name }) => name === "report-live")!;
      assert.equal(inputs.functionVersion, UNKNOWN);
    });

    it("publishes the version, and then moves the alias and the schedule to it", async () => {
      const before = aws.happened.length;
      await project.succeed("up", "--skip-preview", "--yes", "--policy-pack", "policy");
      const [first, ...others] = aws.happened.slice(before);
      assert.equal(first, `update ${FUNCTION} report`);
      assert.equal(others.length, 3);
      const version = `arn:aws:lambda:eu-west-1:123456789012:function:${PROJECT_NAME}-${stack}-report:2`;
      assert.equal((await find("aws:lambda/alias:Alias", "report-live")).inputs.functionVersion, "2");
      assert.equal(((await find("aws:scheduler/schedule:Schedule", "report-schedule")).inputs.target as { arn: string }).arn, version);
      assert.ok(String((await find("aws:iam/rolePolicy:RolePolicy", "report-schedule-policy")).inputs.policy).includes(`"${version}"`));
    });

    then(
      () => ({ project, aws }),
      async (type, name) => (await find(type, name)).urn,
    );
  });
}
