import { GetDurableExecutionCommand, paginateListDurableExecutionsByFunction } from "@aws-sdk/client-lambda";
import { GetScheduleCommand, ResourceNotFoundException } from "@aws-sdk/client-scheduler";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { deliverTwice, outcome } from "./occurrences.ts";
import { fail, lambda, output, scheduler, succeed, until } from "./stack.ts";

/** In UTC, as `create-reminder` takes it. */
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19);

async function scheduleExists(key: string): Promise<boolean> {
  try {
    await scheduler.send(new GetScheduleCommand({ GroupName: output("reminderScheduleGroupName"), Name: key }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

const delivery = z.object({ key: z.string(), payload: z.json(), scheduledTime: z.string(), occurrence: z.string(), created: z.boolean() });

/** What `reminder` has delivered under a key since a time; a second delivery by the Scheduler has created nothing and doesn't count. */
async function deliveries(key: string, since: Date): Promise<z.output<typeof delivery>[]> {
  const request = { FunctionName: output("reminderFunctionName"), Qualifier: output("reminderVersion"), StartedAfter: since };
  const found = [];
  for await (const page of paginateListDurableExecutionsByFunction({ client: lambda }, request)) {
    for (const { DurableExecutionArn, Status } of page.DurableExecutions ?? []) {
      if (Status !== "SUCCEEDED") continue;
      const { Result } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn, IncludeExecutionData: true }));
      const delivered = delivery.parse(JSON.parse(Result ?? "null"));
      if (delivered.key === key && delivered.created) found.push(delivered);
    }
  }
  return found;
}

describe("create-reminder and reminder", () => {
  it("deliver the payload once, and leave no schedule behind", async () => {
    const since = new Date();
    const key = `test-${randomUUID()}`;
    const input = { key, at: inSeconds(5), payload: { text: "Tea is ready" } };
    const created = z.looseObject({ scheduleArn: z.string(), created: z.literal(true) }).parse(await succeed("createReminderAliasArn", input));
    assert.ok(created.scheduleArn.endsWith(`/${key}`));

    const [delivered] = await until("the reminder", async () => {
      const found = await deliveries(key, since);
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(delivered?.payload, input.payload);
    assert.equal(Date.parse(delivered.scheduledTime), Date.parse(`${input.at}Z`));
    await until("the schedule to delete itself", async () => ((await scheduleExists(key)) ? undefined : true));
    const { scheduledTime, occurrence } = delivered;
    const again = { key, payload: input.payload, scheduledTime, scheduleArn: created.scheduleArn, executionId: "again" };
    const repeated = delivery.parse(await succeed("reminderAliasArn", again));
    assert.deepEqual([repeated.created, repeated.occurrence], [false, occurrence]);
    assert.equal((await deliveries(key, since)).length, 1);
  });

  it("deliver once when the Scheduler delivers the occurrence of a one-time schedule twice", async () => {
    const key = `test-${randomUUID()}`;
    const payload = { text: "Tea is ready" };
    const at = inSeconds(3600);
    await succeed("createReminderAliasArn", { key, at, payload });
    const schedule = await scheduler.send(new GetScheduleCommand({ GroupName: output("reminderScheduleGroupName"), Name: key }));
    const scheduledTime = `${at}Z`;
    const [first, second] = (await deliverTwice(schedule, scheduledTime)).map((result) => delivery.parse(result));
    assert.ok(first && second);
    assert.deepEqual([first.created, second.created].sort(), [false, true]);
    assert.equal(first.occurrence, second.occurrence);
    assert.deepEqual((await outcome(first.occurrence)).outcome, { key, payload, scheduledTime });
  });

  it("keep the schedule that there is when the key comes again", async () => {
    const key = `test-${randomUUID()}`;
    const first = await succeed("createReminderAliasArn", { key, at: inSeconds(60), payload: 1 });
    const again = await succeed("createReminderAliasArn", { key, at: inSeconds(3600), payload: 2 });
    assert.deepEqual(again, { ...(first as object), created: false });
  });

  const bad = {
    "a moment in the past": { at: "2020-01-01T00:00:00" },
    "a time zone that does not exist": { timeZone: "Mars/Olympus" },
    "an unknown field": { colour: "red" },
  };
  for (const [what, change] of Object.entries(bad)) {
    it(`refuse ${what} and create no schedule`, async () => {
      const key = `test-${randomUUID()}`;
      const message = await fail("createReminderAliasArn", { key, at: inSeconds(3600), payload: null, ...change }, "InvalidInput");
      assert.ok(message.startsWith(`${Object.keys(change)[0]}: `), message);
      assert.equal(await scheduleExists(key), false);
    });
  }
});
