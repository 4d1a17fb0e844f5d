import * as scheduler from "@aws-sdk/client-scheduler";
import { Iam } from "../../../local/iam/iam.ts";
import { schedulerService } from "../../../local/scheduler/service.ts";
import { openDoor, type Door } from "../gateway/fixtures.ts";
import { administrator, identity } from "../iam/fixtures.ts";
import { ROLE_ARN, TARGET_ARN, World } from "../scheduler/harness.ts";
import { itRefuses, type Refusal } from "./calls.ts";

const schedule = { ScheduleExpression: "rate(1 hour)", FlexibleTimeWindow: { Mode: "OFF" }, Target: { Arn: TARGET_ARN, RoleArn: ROLE_ARN, Input: "{}" } };
const group = { GroupName: "none" };

/** What both calls that save a schedule refuse. */
const WRONG: readonly object[] = [
  { ScheduleExpression: undefined },
  { ScheduleExpression: "every hour" },
  { ScheduleExpressionTimezone: "Mars/Olympus" },
  { StartDate: 8.64e15 },
  { FlexibleTimeWindow: { Mode: "FLEXIBLE" } },
  { Target: { Arn: "garbage", RoleArn: ROLE_ARN } },
  { Target: { ...schedule.Target, RetryPolicy: { MaximumRetryAttempts: 186 } } },
  { State: "PAUSED" },
];

const REFUSALS: Refusal[] = [
  ...([[scheduler.CreateScheduleCommand, "new"], [scheduler.UpdateScheduleCommand, "there"]] as const).flatMap(([command, Name]) => [
    ...WRONG.map((change) => ({ command, input: { Name, ...schedule }, body: { ...schedule, ...change }, code: "ValidationException" })),
    { command, input: { Name, ...schedule }, body: { ...schedule, ScheduleExpression: 5 }, code: "SerializationException" },
    { command, input: { Name, ...schedule, ...group }, code: "ResourceNotFoundException", status: 404 },
  ]),
  { command: scheduler.CreateScheduleCommand, input: { Name: "there", ...schedule }, code: "ConflictException", status: 409 },
  { command: scheduler.UpdateScheduleCommand, input: { Name: "none", ...schedule }, code: "ResourceNotFoundException", status: 404 },
  { command: scheduler.GetScheduleCommand, input: { Name: "none" }, code: "ResourceNotFoundException", status: 404 },
  { command: scheduler.GetScheduleCommand, input: { Name: "a/b" }, code: "ValidationException" },
  { command: scheduler.DeleteScheduleCommand, input: { Name: "none" }, code: "ResourceNotFoundException", status: 404 },
  { command: scheduler.ListSchedulesCommand, query: { MaxResults: "101" }, code: "ValidationException" },
  { command: scheduler.ListSchedulesCommand, query: { NextToken: "garbage" }, code: "ValidationException" },
  { command: scheduler.CreateScheduleGroupCommand, input: { Name: "default" }, code: "ConflictException", status: 409 },
  { command: scheduler.GetScheduleGroupCommand, input: { Name: "none" }, code: "ResourceNotFoundException", status: 404 },
  { command: scheduler.DeleteScheduleGroupCommand, input: { Name: "none" }, code: "ResourceNotFoundException", status: 404 },
  { command: scheduler.DeleteScheduleGroupCommand, input: { Name: "default" }, code: "ValidationException" },
  { command: scheduler.ListScheduleGroupsCommand, query: { MaxResults: "0" }, code: "ValidationException" },
];

describe("The error codes of EventBridge Scheduler", () => {
  let world: World;
  let door: Door;
  let client: scheduler.SchedulerClient;

  before(async () => {
    world = new World("2026-01-01T00:00:00Z");
    world.scheduler.start();
    const iam = new Iam({ identity, administrator });
    door = await openDoor({ iam, services: [schedulerService(world.scheduler)], committed: () => world.store.committed() });
    client = new scheduler.SchedulerClient(door.client(administrator));
    await client.send(new scheduler.CreateScheduleCommand({ Name: "there", ...schedule, FlexibleTimeWindow: { Mode: "OFF" } }));
  });
  after(async () => {
    client.destroy();
    await door.gateway.close();
    world.store.close();
  });

  itRefuses("scheduler", () => client, REFUSALS);
});
