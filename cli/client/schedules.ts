import { GetScheduleCommand, paginateListSchedules, type GetScheduleCommandOutput } from "@aws-sdk/client-scheduler";
import { Temporal } from "temporal-polyfill";
import { nextMoment, type Timing } from "../../local/scheduler/timing.ts";
import { parsePayload } from "./payload.ts";
import type { Stack } from "./stack.ts";

/** The schedules of the stack, and when each fires next. @param count of moments */
export async function listSchedules(stack: Stack, count: number, now: number) {
  const groups = [stack.output("reportScheduleArn").split("/")[1], stack.output("reminderScheduleGroupName")];
  const found: GetScheduleCommandOutput[] = [];
  for (const GroupName of groups) {
    for await (const { Schedules } of paginateListSchedules({ client: stack.scheduler }, { GroupName })) {
      for (const { Name } of Schedules ?? []) found.push(await stack.scheduler.send(new GetScheduleCommand({ Name, GroupName })));
    }
  }
  return found.map((schedule) => describe(stack, schedule, count, now));
}

function describe(stack: Stack, schedule: GetScheduleCommandOutput, count: number, now: number) {
  const { Arn = "", Name = "", GroupName = "", ScheduleExpression = "", ScheduleExpressionTimezone = "UTC", State, Target } = schedule;
  return {
    arn: Arn,
    name: Name,
    group: GroupName,
    expression: ScheduleExpression,
    timeZone: ScheduleExpressionTimezone,
    state: State ?? "ENABLED",
    target: stack.functionNameOf(Target?.Arn ?? ""),
    input: parsePayload(Target?.Input),
    next: nextMoments(schedule, count, now).map((moment) =>
      Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(ScheduleExpressionTimezone).toString({ timeZoneName: "never", smallestUnit: "second" }),
    ),
  };
}

/** A flexible window is not told: its moment is where it begins. */
function nextMoments(schedule: GetScheduleCommandOutput, count: number, now: number): number[] {
  const timing: Timing = {
    scheduleExpression: schedule.ScheduleExpression ?? "",
    scheduleExpressionTimezone: schedule.ScheduleExpressionTimezone ?? "UTC",
    state: schedule.State ?? "ENABLED",
    startDate: schedule.StartDate?.toISOString(),
    endDate: schedule.EndDate?.toISOString(),
    flexibleTimeWindow: { mode: "OFF" },
  };
  const moments: number[] = [];
  for (let after = now; moments.length < count; ) {
    const moment = nextMoment(timing, schedule.CreationDate?.getTime() ?? now, after);
    if (moment === undefined) break;
    moments.push(moment);
    after = moment;
  }
  return moments;
}
