import assert from "node:assert/strict";
import { FUNCTION_NAMES } from "../../infra/workflows.ts";
import { type Evaluated, evaluateProgram, JOB_PREFIXES, PROJECT_NAME } from "./mocks.ts";

/** What executions in flight, and people, would miss for good. */
const LASTING = [
  "aws:dynamodb/table:Table jobs",
  "aws:dynamodb/table:Table occurrences",
  "aws:ec2/securityGroup:SecurityGroup network-tasks",
  "aws:ecs/cluster:Cluster job-cluster",
  "aws:scheduler/scheduleGroup:ScheduleGroup reminders-group",
  "awsx:ec2:Vpc network",
  ...JOB_PREFIXES.map((name) => `awsx:ecr:Repository ${name}-images`),
  ...FUNCTION_NAMES.map((name) => `aws:lambda/function:Function ${name}`),
];

const having = ({ safety }: Evaluated, option: "protect" | "retainOnDelete") => [...safety].filter(([, options]) => options[option]).map(([resource]) => resource);

describe("A change of the program", () => {
  it("cannot delete or replace what lasts in prod, by mistake", async () => {
    assert.deepEqual(having(await evaluateProgram("prod"), "protect").sort(), [...LASTING].sort());
  });

  it("leaves the tables and every log behind in prod, even when they are taken out of the program", async () => {
    const program = await evaluateProgram("prod");
    const logs = program.resources.filter(({ type }) => type === "aws:cloudwatch/logGroup:LogGroup").map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(having(program, "retainOnDelete").sort(), ["aws:dynamodb/table:Table jobs", "aws:dynamodb/table:Table occurrences", ...logs].sort());
  });

  it("is not held up by anything where nothing is protected", async () => {
    const program = await evaluateProgram("dev");
    assert.deepEqual([...having(program, "protect"), ...having(program, "retainOnDelete")], []);
  });

  it("leaves earlier revisions of the task definition to the executions that know them", async () => {
    const { resources } = await evaluateProgram("dev");
    assert.equal(resources.find(({ type }) => type === "aws:ecs/taskDefinition:TaskDefinition")?.inputs.skipDestroy, true);
  });

  it("gives the report's schedule the right to the next version in a policy of its own, so that the last one keeps its until the schedule has moved", async () => {
    for (const version of ["1", "2"]) {
      const { resources } = await evaluateProgram("dev", { functionVersion: version });
      assert.equal(resources.find(({ name }) => name === "report-schedule-policy")?.inputs.name, `start-version-${version}`);
    }
  });

  it("gives a new version of every function the starts that the settings say, and leaves the others to the live one", async () => {
    const program = await evaluateProgram("dev", { functionVersion: "2", liveVersion: "1", config: { [`${PROJECT_NAME}:canaryPercent`]: "10" } });
    const aliases = program.resources.filter(({ type }) => type === "aws:lambda/alias:Alias");
    assert.equal(aliases.length, FUNCTION_NAMES.length);
    for (const { name, inputs } of aliases) assert.deepEqual([inputs.functionVersion, inputs.routingConfig], ["1", { additionalVersionWeights: { 2: 0.1 } }], name);
  });
});
