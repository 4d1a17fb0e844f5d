import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { FUNCTION_NAMES, type FunctionName, JOB_FUNCTIONS, WORKFLOWS } from "../../../infra/workflows.ts";
import type { BusEvent } from "../../../local/events/event.ts";
import { AwsError } from "../../../local/errors.ts";
import { startStack, type RunningStack } from "../../../local/stack.ts";
import { durableFunction } from "./functions.ts";
import { callbackJob, dispatchJob, pollJob, taskFailures, tasks, TASKS_AT_ONCE, watchdog, watchdogDeadLetters, watchdogTrust } from "./jobs.ts";
import { NOT_ASKED, NOT_EXERCISED } from "./not-exercised.ts";
import type { Scenario, Scenarios } from "./scenario.ts";
import { runEverything } from "./sound-run.ts";
import { schedules } from "./schedules.ts";
import { sweepDeadLetters, sweeps, sweepTrust } from "./sweep.ts";
import { Policies, programStatements, type ProgramStatement } from "./statements.ts";
import { until, Workflows } from "./workflows.ts";

/** What every durable function has, for those that are meant. */
function scenariosOf(isMeant: (name: FunctionName) => boolean): Scenarios {
  const durable = FUNCTION_NAMES.filter((name) => WORKFLOWS[name].durable !== false);
  return Object.assign({}, ...durable.filter(isMeant).map(durableFunction)) as Scenarios;
}

/** Runs side by side; within one, each scenario comes after the other. Trust comes first: it matters when a process starts. */
const LANES: readonly Scenarios[] = [
  { ...scenariosOf((name) => !JOB_FUNCTIONS.includes(name)), ...schedules },
  {
    ...scenariosOf((name) => JOB_FUNCTIONS.includes(name)),
    ...pollJob,
    ...dispatchJob,
    ...callbackJob,
    ...tasks,
    ...watchdog,
    ...taskFailures,
    ...sweeps,
  },
  watchdogDeadLetters,
  sweepDeadLetters,
];
const SCENARIOS = new Map([watchdogTrust, sweepTrust, ...LANES].flatMap((lane) => Object.entries(lane)));

describe("Every IAM statement of the program", function () {
  this.timeout(90_000);

  let data: string;
  let stack: RunningStack;
  let workflows: Workflows;
  let policies: Policies;
  let statements: ReadonlyMap<string, ProgramStatement>;
  /** Everything that was asked of IAM in the session of a role. */
  const asked = new Map<string, { readonly principal: string; readonly action: string }>();
  const outcomes = new Map([...SCENARIOS.keys()].map((id) => [id, Promise.withResolvers<undefined>()]));

  before(async () => {
    data = mkdtempSync(join(tmpdir(), "stack-"));
    const events: BusEvent[] = [];
    stack = await startStack({
      projectFolder: resolve(import.meta.dirname, "../../.."),
      stack: "dev",
      dataFolder: data,
      port: 0,
      speed: 20,
      tasksAtOnce: TASKS_AT_ONCE,
      onEvent: (event) => events.push(event),
      onFatal: (error) => assert.fail(error),
    });
    workflows = new Workflows(stack, events);
    const authorize = stack.iam.authorize.bind(stack.iam);
    stack.iam.authorize = (principal, request) => {
      asked.set(`${principal.arn} ${request.action}`, { principal: principal.arn, action: request.action });
      authorize(principal, request);
      const roleArn = principal.kind === "assumed-role" ? principal.roleArn : undefined;
      if (workflows.isThrottled(roleArn, request.action)) throw new AwsError("ThrottlingException", "Rate exceeded");
    };
    policies = new Policies(stack.iam, stack.resources);
    statements = new Map(programStatements(stack.resources).map((statement) => [statement.id, statement]));
    for (const { promise } of outcomes.values()) promise.catch(() => undefined);
    await runLane(watchdogTrust);
    await runLane(sweepTrust);
    for (const lane of LANES) void runLane(lane);
  });

  after(async () => {
    workflows.close();
    await stack.stop();
    rmSync(data, { recursive: true });
  });

  async function runLane(lane: Scenarios): Promise<void> {
    for (const [id, scenario] of Object.entries(lane)) {
      await withoutStatement(id, scenario).then(outcomes.get(id)?.resolve as () => void, outcomes.get(id)?.reject);
    }
  }

  async function withoutStatement(id: string, scenario: Scenario): Promise<void> {
    const since = Date.now();
    await policies.without([id, ...(scenario.fault ?? [])], async () => {
      await scenario.run(workflows, since);
      await until(`a refusal for want of ${id}`, async () => stack.iam.denials().find((denial) => denial.at >= since && statements.get(id)?.explains(denial)));
    });
  }

  it("has a scenario that needs it, or a reason why nothing here does", () => {
    const accounted = (id: string) => SCENARIOS.has(id) || NOT_EXERCISED.some((exception) => exception.id.test(id));
    const unaccounted = [...statements.keys()].filter((id) => !accounted(id));
    assert.deepEqual(unaccounted, [], "Add a scenario for these to functions.ts, jobs.ts or schedules.ts, or a reason to not-exercised.ts");
    const gone = [...SCENARIOS.keys()].filter((id) => !statements.has(id));
    assert.deepEqual(gone, [], "The program has no such statements any more");
    for (const { id } of NOT_EXERCISED) assert.ok([...statements.keys()].some((statement) => id.test(statement)), String(id));
  });

  for (const { id, reason } of NOT_EXERCISED) it.skip(`not here, ${id.source}: ${reason}`);

  for (const id of SCENARIOS.keys()) {
    it(`${id} is missed when it is gone`, async () => {
      await outcomes.get(id)?.promise;
    });
  }

  it("is there again afterwards: no workflow is refused anything", async () => {
    const since = Date.now();
    await runEverything(workflows);
    assert.deepEqual(stack.iam.denials().filter((denial) => denial.at >= since), []);
  });

  it("grants no action that nothing asks for, but for those on record", () => {
    const exercised = [...statements.values()].filter(({ id, isPrincipal }) => SCENARIOS.has(id) && [...asked.values()].some(({ principal }) => isPrincipal(principal)));
    const idle = exercised.flatMap(({ id, actions, isPrincipal }) =>
      actions
        .filter((action) => NOT_ASKED[action] === undefined && ![...asked.values()].some((each) => each.action === action && isPrincipal(each.principal)))
        .map((action) => `${id}: ${action}`),
    );
    assert.deepEqual(idle, []);
  });
});
