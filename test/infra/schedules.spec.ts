import assert from "node:assert/strict";
import { type Evaluated, evaluateProgram, PROJECT_NAME, type Registered } from "./mocks.ts";

const REPORT = `arn:aws:lambda:eu-west-1:123456789012:function:${PROJECT_NAME}-dev-report`;

function find({ resources }: Evaluated, type: string, name: string): Registered {
  const found = resources.find((resource) => resource.type === type && resource.name === name);
  assert.ok(found, `${type} ${name}`);
  return found;
}

/** All that a role may do: resource by resource, action by action. */
function rights({ resources }: Evaluated, roleName: string): string[] {
  const policies = resources.filter(({ type, inputs }) => type === "aws:iam/rolePolicy:RolePolicy" && inputs.role === roleName);
  const statements = policies.flatMap(({ inputs }) => (inputs.policy as { Statement: { Action: string[]; Resource: string | string[] }[] }).Statement);
  return statements.flatMap(({ Action, Resource }) => Action.flatMap((action) => [Resource].flat().map((resource) => `${action} ${resource}`)));
}

interface Target {
  readonly arn: string;
  readonly roleArn: string;
  readonly input: string;
  readonly retryPolicy: unknown;
  readonly deadLetterConfig: { readonly arn: string };
}

describe("The report's schedule", () => {
  let first: Evaluated;
  let next: Evaluated;
  before(async () => {
    first = await evaluateProgram("dev", { functionVersion: "1" });
    next = await evaluateProgram("dev", { functionVersion: "2" });
  });

  const target = (program: Evaluated) => find(program, "aws:scheduler/schedule:Schedule", "report-schedule").inputs.target as Target;

  it("starts the published version by its ARN", () => {
    assert.equal(target(first).arn, `${REPORT}:1`);
  });

  it("moves to the new version when one is published", () => {
    assert.equal(target(next).arn, `${REPORT}:2`);
  });

  it("has a role that may start that version, send to its own dead-letter queue, and nothing else", () => {
    for (const [program, version] of [[first, "1"], [next, "2"]] as const) {
      const { roleArn, deadLetterConfig } = target(program);
      const roleName = roleArn.split("/")[1]!;
      assert.deepEqual(rights(program, roleName), [`lambda:InvokeFunction ${REPORT}:${version}`, `sqs:SendMessage ${deadLetterConfig.arn}`]);
    }
  });

  it("shares its role's trust with no schedule outside its own group", () => {
    const { groupName } = find(first, "aws:scheduler/schedule:Schedule", "report-schedule").inputs;
    const { assumeRolePolicy } = find(first, "aws:iam/role:Role", "report-schedule-role").inputs;
    const { Statement } = assumeRolePolicy as { Statement: { Condition: { ArnLike: Record<string, string> } }[] };
    assert.equal(Statement[0]?.Condition.ArnLike["aws:SourceArn"], `arn:aws:scheduler:eu-west-1:123456789012:schedule-group/${String(groupName)}`);
  });

  it("passes what names the occurrence, and the Scheduler's execution id, and does not retry for a whole day", () => {
    assert.deepEqual(JSON.parse(target(first).input), {
      scheduledTime: "<aws.scheduler.scheduled-time>",
      scheduleArn: "<aws.scheduler.schedule-arn>",
      executionId: "<aws.scheduler.execution-id>",
    });
    assert.deepEqual(target(first).retryPolicy, { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 5 });
  });

  it("runs at the time, in the zone and within the window of the settings", async () => {
    const { inputs } = find(await evaluateProgram("prod"), "aws:scheduler/schedule:Schedule", "report-schedule");
    const { scheduleExpression, scheduleExpressionTimezone, flexibleTimeWindow } = inputs;
    assert.deepEqual(
      { scheduleExpression, scheduleExpressionTimezone, flexibleTimeWindow },
      { scheduleExpression: "cron(0 6 * * ? *)", scheduleExpressionTimezone: "Europe/Berlin", flexibleTimeWindow: { mode: "FLEXIBLE", maximumWindowInMinutes: 15 } },
    );
    assert.deepEqual(find(first, "aws:scheduler/schedule:Schedule", "report-schedule").inputs.flexibleTimeWindow, { mode: "OFF" });
  });
});

describe("One-time schedules", () => {
  let program: Evaluated;
  before(async () => {
    program = await evaluateProgram("dev", { functionVersion: "2" });
  });

  const environment = () => (find(program, "aws:lambda/function:Function", "create-reminder").inputs.environment as { variables: Record<string, string> }).variables;

  it("start the reminder's alias, which outlives the version they were created under", () => {
    assert.equal(environment().REMINDER_ARN, program.outputs.reminderAliasArn);
    assert.match(environment().REMINDER_ARN ?? "", /:live$/);
  });

  it("act with a role that may start that alias, send to the dead-letter queue, and nothing else", () => {
    const roleName = environment().SCHEDULE_ROLE_ARN?.split("/")[1] ?? "";
    assert.deepEqual(rights(program, roleName), [
      `lambda:InvokeFunction ${environment().REMINDER_ARN ?? ""}`,
      `sqs:SendMessage ${environment().SCHEDULE_DEAD_LETTER_QUEUE_ARN ?? ""}`,
    ]);
  });

  it("can be created in their own group and for their own role only", () => {
    const scheduling = rights(program, "create-reminder-role-0a1b2c3").filter((right) => /^(scheduler|iam):/.test(right));
    const schedules = `arn:aws:scheduler:eu-west-1:123456789012:schedule/${environment().SCHEDULE_GROUP_NAME ?? ""}/*`;
    assert.deepEqual(scheduling, [`scheduler:CreateSchedule ${schedules}`, `scheduler:GetSchedule ${schedules}`, `iam:PassRole ${environment().SCHEDULE_ROLE_ARN ?? ""}`]);
  });

  it("and the report's store outcomes in the table of occurrences, which those two functions alone can use", () => {
    const table = find(program, "aws:dynamodb/table:Table", "occurrences");
    assert.deepEqual([table.inputs.hashKey, program.outputs.occurrenceTableName], ["occurrence", "occurrences-0a1b2c3"]);
    const policies = program.resources.filter(({ type, inputs }) => type === "aws:iam/rolePolicy:RolePolicy" && JSON.stringify(inputs.policy).includes("occurrences-0a1b2c3"));
    assert.deepEqual(policies.map(({ name }) => name).sort(), ["reminder-policy", "report-policy"]);
    for (const name of ["reminder", "report"]) {
      const onTable = rights(program, `${name}-role-0a1b2c3`).filter((right) => right.startsWith("dynamodb:"));
      assert.deepEqual(onTable.map((right) => right.split(" ")[0]), ["dynamodb:GetItem", "dynamodb:PutItem"]);
    }
  });

  it("are not in the program, which would restore them after they fired", () => {
    const schedules = program.resources.filter(({ type }) => type === "aws:scheduler/schedule:Schedule");
    assert.deepEqual(schedules.map(({ name }) => name), ["report-schedule", "sweep-schedule"]);
  });
});
