import assert from "node:assert/strict";
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  ListTagsForResourceCommand,
  SchedulerClient,
  UpdateScheduleCommand,
  type CreateScheduleCommandInput,
} from "@aws-sdk/client-scheduler";
import type { RoleDeclaration } from "../../../local/declarations.ts";
import { Iam } from "../../../local/iam/iam.ts";
import { LOCAL_ACCOUNT_ID } from "../../../local/identity.ts";
import { schedulerService } from "../../../local/scheduler/service.ts";
import { awsError, openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, identity, policy, role, trust } from "../iam/fixtures.ts";
import { groupArn, QUEUE_ARN, ROLE_ARN, TARGET_ARN, World } from "./harness.ts";

const scheduleArn = (group: string, name: string) => `arn:aws:scheduler:${identity.region}:${LOCAL_ACCOUNT_ID}:schedule/${group}/${name}`;

function reminder(overrides: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput {
  return {
    Name: "reminder",
    GroupName: "reminders",
    ScheduleExpression: "at(2026-01-02T09:00:00)",
    ScheduleExpressionTimezone: "Europe/Berlin",
    ActionAfterCompletion: "DELETE",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: {
      Arn: TARGET_ARN,
      RoleArn: ROLE_ARN,
      Input: '{"key":"reminder","scheduledTime":"<aws.scheduler.scheduled-time>"}',
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 },
      DeadLetterConfig: { Arn: QUEUE_ARN },
    },
    ...overrides,
  };
}

describe("EventBridge Scheduler's API, by the SDK", () => {
  let world: World;
  let iam: Iam;
  let door: Door;
  let client: SchedulerClient;

  beforeEach(async () => {
    world = new World("2026-01-01T00:00:00Z");
    world.scheduler.start();
    iam = new Iam({ identity, administrator });
    door = await openDoor({ iam, services: [schedulerService(world.scheduler)], committed: () => world.store.committed() });
    client = new SchedulerClient(door.client(administrator));
    await client.send(new CreateScheduleGroupCommand({ Name: "reminders" }));
  });
  afterEach(async () => {
    client.destroy();
    await door.gateway.close();
    world.close();
  });

  it("creates, describes, changes and deletes a schedule", async () => {
    const StartDate = new Date("2026-01-01T00:00:00Z");
    const created = await client.send(new CreateScheduleCommand(reminder({ StartDate, Description: "first" })));
    assert.equal(created.ScheduleArn, scheduleArn("reminders", "reminder"));

    const { $metadata, CreationDate, LastModificationDate, ...got } = await client.send(
      new GetScheduleCommand({ Name: "reminder", GroupName: "reminders" }),
    );
    assert.equal($metadata.httpStatusCode, 200);
    assert.deepEqual(got, { ...reminder({ StartDate, Description: "first" }), Arn: created.ScheduleArn, State: "ENABLED" });
    assert.deepEqual(CreationDate, new Date(world.clock.now()));
    assert.deepEqual(LastModificationDate, CreationDate);

    world.clock.sleepUntil("2026-01-01T01:00:00Z");
    await client.send(new UpdateScheduleCommand(reminder({ State: "DISABLED" })));
    const changed = await client.send(new GetScheduleCommand({ Name: "reminder", GroupName: "reminders" }));
    assert.equal(changed.State, "DISABLED");
    assert.equal(changed.Description, undefined);
    assert.deepEqual(changed.CreationDate, CreationDate);
    assert.deepEqual(changed.LastModificationDate, new Date("2026-01-01T01:00:00Z"));

    await client.send(new DeleteScheduleCommand({ Name: "reminder", GroupName: "reminders" }));
    const gone = awsError("ResourceNotFoundException", 404, "Schedule reminder does not exist.");
    await assert.rejects(client.send(new GetScheduleCommand({ Name: "reminder", GroupName: "reminders" })), gone);
    await assert.rejects(client.send(new DeleteScheduleCommand({ Name: "reminder", GroupName: "reminders" })), gone);
    await assert.rejects(client.send(new UpdateScheduleCommand(reminder())), gone);
  });

  it("fills in Scheduler's defaults", async () => {
    const Target = { Arn: TARGET_ARN, RoleArn: ROLE_ARN };
    await client.send(new CreateScheduleCommand({ Name: "plain", ScheduleExpression: "rate(1 hour)", FlexibleTimeWindow: { Mode: "OFF" }, Target }));
    const got = await client.send(new GetScheduleCommand({ Name: "plain" }));
    assert.deepEqual(
      [got.GroupName, got.ScheduleExpressionTimezone, got.State, got.ActionAfterCompletion, got.Target?.RetryPolicy],
      ["default", "UTC", "ENABLED", "NONE", { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }],
    );
  });

  it("takes a repeated request for the same, and another one of the same name for a conflict", async () => {
    const first = await client.send(new CreateScheduleCommand(reminder({ ClientToken: "one" })));
    const again = await client.send(new CreateScheduleCommand(reminder({ ClientToken: "one" })));
    assert.equal(again.ScheduleArn, first.ScheduleArn);
    const conflict = awsError("ConflictException", 409, "Schedule reminder already exists.");
    await assert.rejects(client.send(new CreateScheduleCommand(reminder({ ClientToken: "two" }))), conflict);
  });

  const invalid: [what: string, overrides: Partial<CreateScheduleCommandInput>, message: RegExp][] = [
    ["an expression that is none", { ScheduleExpression: "at(tomorrow)" }, /^Invalid Schedule Expression at\(tomorrow\)\.$/],
    ["a time zone that is an offset", { ScheduleExpressionTimezone: "+02:00" }, /ScheduleExpressionTimezone \+02:00 is not valid/],
    ["a name with a blank", { Name: "two words" }, /1 validation error detected: Name: /],
    ["a window without length", { FlexibleTimeWindow: { Mode: "FLEXIBLE" } }, /FlexibleTimeWindow\.MaximumWindowInMinutes/],
    ["dates in the wrong order", { StartDate: new Date(2_000), EndDate: new Date(1_000) }, /StartDate you specify must come before the EndDate/],
    ["a retry policy out of range", { Target: { ...reminder().Target!, RetryPolicy: { MaximumRetryAttempts: 186 } } }, /Target\.RetryPolicy\.MaximumRetryAttempts/],
    ["an input that is not JSON", { Target: { ...reminder().Target!, Input: "{" } }, /Input of a Lambda target must be well-formed JSON/],
    ["a target that is not simulated", { Target: { ...reminder().Target!, Arn: QUEUE_ARN } }, /starts Lambda functions only/],
  ];
  for (const [what, overrides, message] of invalid) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(client.send(new CreateScheduleCommand(reminder(overrides))), (error: Error) => {
        awsError("ValidationException", 400)(error);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it("refuses a schedule in a group that is not there", async () => {
    await assert.rejects(
      client.send(new CreateScheduleCommand(reminder({ GroupName: "none" }))),
      awsError("ResourceNotFoundException", 404, "Schedule group none does not exist."),
    );
  });

  it("lists schedules by group, prefix and state, page by page", async () => {
    for (const Name of ["b", "a", "c"]) await client.send(new CreateScheduleCommand(reminder({ Name })));
    await client.send(new CreateScheduleCommand(reminder({ Name: "ab", GroupName: "default", State: "DISABLED" })));
    const names = async (input: object) => (await client.send(new ListSchedulesCommand(input))).Schedules?.map(({ Name }) => Name);
    assert.deepEqual(await names({}), ["ab", "a", "b", "c"]);
    assert.deepEqual(await names({ GroupName: "reminders" }), ["a", "b", "c"]);
    assert.deepEqual(await names({ NamePrefix: "a" }), ["ab", "a"]);
    assert.deepEqual(await names({ State: "DISABLED" }), ["ab"]);

    const first = await client.send(new ListSchedulesCommand({ GroupName: "reminders", MaxResults: 2 }));
    assert.deepEqual(first.Schedules?.map(({ Name, Target }) => [Name, Target?.Arn]), [["a", TARGET_ARN], ["b", TARGET_ARN]]);
    await client.send(new DeleteScheduleCommand({ Name: "b", GroupName: "reminders" }));
    const second = await client.send(new ListSchedulesCommand({ GroupName: "reminders", MaxResults: 2, NextToken: first.NextToken }));
    assert.deepEqual(second.Schedules?.map(({ Name }) => Name), ["c"]);
    assert.equal(second.NextToken, undefined);
  });

  it("creates, describes, lists and deletes groups, with their schedules", async () => {
    await client.send(new CreateScheduleCommand(reminder()));
    const group = await client.send(new GetScheduleGroupCommand({ Name: "reminders" }));
    assert.deepEqual([group.Arn, group.State], [groupArn("reminders"), "ACTIVE"]);
    const { ScheduleGroups } = await client.send(new ListScheduleGroupsCommand({}));
    assert.deepEqual(ScheduleGroups?.map(({ Name }) => Name), ["default", "reminders"]);
    await assert.rejects(client.send(new CreateScheduleGroupCommand({ Name: "reminders" })), awsError("ConflictException", 409));
    await client.send(new DeleteScheduleGroupCommand({ Name: "reminders" }));
    await assert.rejects(client.send(new GetScheduleGroupCommand({ Name: "reminders" })), awsError("ResourceNotFoundException", 404));
    assert.deepEqual((await client.send(new ListSchedulesCommand({}))).Schedules, []);
    await assert.rejects(client.send(new DeleteScheduleGroupCommand({ Name: "default" })), awsError("ValidationException", 400));
  });

  it("names what it does not implement", async () => {
    await assert.rejects(client.send(new ListTagsForResourceCommand({ ResourceArn: groupArn("reminders") })), (error: Error) => {
      assert.match(error.message, /does not implement scheduler: GET \/tags\//);
      return true;
    });
  });

  describe("for a function that may create reminders", () => {
    const passRole = { Effect: "Allow", Action: "iam:PassRole", Resource: ROLE_ARN } as const;
    const toScheduler = { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } };
    const create = { Effect: "Allow", Action: ["scheduler:CreateSchedule", "scheduler:GetSchedule"], Resource: scheduleArn("reminders", "*") } as const;

    function clientOf(declared: RoleDeclaration): SchedulerClient {
      iam.apply({ roles: [declared], resourcePolicies: [] });
      const caller = { service: "lambda.amazonaws.com", sourceArn: TARGET_ARN, sourceAccount: LOCAL_ACCOUNT_ID };
      client.destroy();
      client = new SchedulerClient(door.client(iam.issueCredentials(iam.assumeRole(declared.arn, caller, "session"))));
      return client;
    }

    it("creates them in its group, passing the one role", async () => {
      const caller = clientOf(role("caller", { own: policy(create, { ...passRole, Condition: toScheduler }) }));
      await caller.send(new CreateScheduleCommand(reminder()));
      await caller.send(new GetScheduleCommand({ Name: "reminder", GroupName: "reminders" }));
    });

    it("creates none in another group, and passes no other role, nor this one without permission", async () => {
      const refused = (action: string, resource: string) => (error: Error) => {
        awsError("AccessDeniedException", 403)(error);
        assert.ok(error.message.includes(action) && error.message.includes(resource), error.message);
        return true;
      };
      let caller = clientOf(role("caller", { own: policy(create, { ...passRole, Condition: toScheduler }) }));
      const elsewhere = scheduleArn("default", "reminder");
      await assert.rejects(caller.send(new CreateScheduleCommand(reminder({ GroupName: "default" }))), refused("scheduler:CreateSchedule", elsewhere));
      const RoleArn = `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/administrator`;
      await assert.rejects(caller.send(new CreateScheduleCommand(reminder({ Target: { ...reminder().Target!, RoleArn } }))), refused("iam:PassRole", RoleArn));
      caller = clientOf(role("caller", { own: policy(create, { ...passRole, Condition: { StringEquals: { "iam:PassedToService": "ecs.amazonaws.com" } } }) }));
      await assert.rejects(caller.send(new CreateScheduleCommand(reminder())), refused("iam:PassRole", ROLE_ARN));
      assert.deepEqual(world.scheduler.list(), []);
    });
  });
});

describe("A schedule's own role, by real IAM", () => {
  const conditions = { StringEquals: { "aws:SourceAccount": LOCAL_ACCOUNT_ID, "aws:SourceArn": groupArn("default") } };
  const invoke = policy({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: TARGET_ARN });
  const caller = { service: "scheduler.amazonaws.com", sourceArn: groupArn("default"), sourceAccount: LOCAL_ACCOUNT_ID };

  it("lets Scheduler in by a trust policy that names account and group, and lets it start the target only", () => {
    const iam = new Iam({ identity, administrator });
    iam.apply({ roles: [role("scheduler", { own: invoke }, trust("scheduler.amazonaws.com", conditions))], resourcePolicies: [] });
    const session = iam.assumeRole(ROLE_ARN, caller, "report");
    iam.authorize(session, { action: "lambda:InvokeFunction", resource: TARGET_ARN });
    assert.throws(() => iam.authorize(session, { action: "sqs:SendMessage", resource: QUEUE_ARN }), { code: "AccessDeniedException" });
    assert.throws(() => iam.assumeRole(ROLE_ARN, { ...caller, sourceArn: groupArn("other") }, "report"), { code: "AccessDeniedException" });
  });
});
