import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { stackNameFault } from "../../infra/names.ts";
import { parseSettings } from "../../infra/settings.ts";
import { evaluateProgram, PROJECT_FOLDER, PROJECT_NAME, type Registered, stackConfig, STACKS } from "./mocks.ts";

/** Where AWS ends the names of each type that Pulumi names: from the services' models, and where those have none (*) from the documents. */
const LIMITS: Readonly<Record<string, number>> = {
  "aws:cloudwatch/dashboard:Dashboard": 255, // *
  "aws:cloudwatch/eventRule:EventRule": 64,
  "aws:cloudwatch/logGroup:LogGroup": 512,
  "aws:cloudwatch/metricAlarm:MetricAlarm": 255,
  "aws:dynamodb/table:Table": 255,
  "aws:ec2/securityGroup:SecurityGroup": 255, // *
  "aws:ecr/repository:Repository": 256,
  "aws:ecs/cluster:Cluster": 255, // *
  "aws:ecs/taskDefinition:TaskDefinition": 255, // *
  "aws:iam/role:Role": 64,
  "aws:iam/rolePolicy:RolePolicy": 128,
  "aws:lambda/function:Function": 64, // *
  "aws:scheduler/schedule:Schedule": 64,
  "aws:scheduler/scheduleGroup:ScheduleGroup": 64,
  "aws:sns/topic:Topic": 256, // *
  "aws:sqs/queue:Queue": 80, // *
};

/** Types that have no name of their own, or one that is unique only within what it belongs to. */
const NAMELESS = /^(pulumi:|docker-build:|awsx:|durable-workflows:|aws:(ec2|vpc|kms)\/)|(Alias|Permission|TopicPolicy|QueuePolicy|TopicSubscription|EventTarget|LifecyclePolicy|ClusterCapacityProviders)$/;

/** What the program's names add to project and stack. */
async function suffixes(): Promise<{ readonly type: string; readonly name: string; readonly length: number }[]> {
  const { config } = parse(await readFile(`${PROJECT_FOLDER}/Pulumi.yaml`, "utf8")) as { config: { "pulumi:autonaming": { value: { pattern: string } } } };
  const autonamed = ({ name }: Registered) =>
    config["pulumi:autonaming"].value.pattern.replace("${project}-${stack}", "").replace("${name}", name).replace(/\$\{hex\((\d+)\)\}/, (_, digits: string) => "0".repeat(Number(digits)));
  const found = [];
  for (const stack of STACKS) {
    const { resources } = await evaluateProgram(stack);
    for (const resource of resources.filter(({ type, custom }) => custom && (type in LIMITS || !NAMELESS.test(type)))) {
      const { type, name, inputs } = resource;
      assert.ok(type in LIMITS, `Look up where AWS ends the names of ${type}`);
      const physical = inputs["name"] ?? inputs["dashboardName"] ?? inputs["family"];
      const length = typeof physical === "string" ? physical.replace(`${PROJECT_NAME}-${stack}`, "").length : autonamed(resource).length;
      found.push({ type, name, length });
    }
  }
  return found;
}

/** The longest stack name that the settings allow with a project name of 8 characters. */
function longestAllowed(): number {
  let length = 1;
  while (stackNameFault("workflow", "s".repeat(length + 1)) === undefined) length++;
  return length;
}

describe("The names of a stack's resources", function () {
  // Evaluates the program for each stack.
  this.timeout(60_000);

  it("fit AWS's limits with the longest project and stack that the settings allow, and no shorter ones are refused", async () => {
    const prefix = "workflow-".length + longestAllowed();
    const spare = (await suffixes()).map(({ type, name, length }) => ({ type, name, spare: LIMITS[type]! - prefix - length }));
    assert.deepEqual(spare.filter((each) => each.spare < 0), []);
    assert.equal(Math.min(...spare.map((each) => each.spare)), 0);
  });

  it("are refused as a fault of the settings, with the length that fits, beside the other faults", async () => {
    const stack = "a-stack-with-a-very-long-name";
    const config = { ...(await stackConfig("dev")), [`${PROJECT_NAME}:egress`]: "proxy" };
    assert.throws(
      () => parseSettings(config, PROJECT_NAME, stack),
      (error: Error) => {
        const [heading, ...lines] = error.message.split("\n");
        assert.match(heading ?? "", /^2 settings are wrong/);
        const fault = lines.find((line) => line.includes("stack name"));
        const fits = Number(/at most (\d+) characters with project ([a-z-]+)/.exec(fault ?? "")?.[1]);
        assert.equal(stackNameFault(PROJECT_NAME, "s".repeat(fits)), undefined);
        assert.notEqual(stackNameFault(PROJECT_NAME, "s".repeat(fits + 1)), undefined);
        return true;
      },
    );
  });

  it("leave a project's name alone to blame when no stack name would fit", () => {
    assert.match(stackNameFault("p".repeat(60), "dev") ?? "", /use a project name in Pulumi\.yaml/);
  });
});
