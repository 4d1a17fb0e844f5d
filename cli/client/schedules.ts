import { GetScheduleCommand, paginateListSchedules, type GetScheduleCommandOutput, type ListSchedulesCommandInput, type ScheduleSummary } from "@aws-sdk/client-scheduler";
import { Temporal } from "temporal-polyfill";
import { nextMoment, type Timing } from "../../operator/schedule/next-moment.ts";
import { parsePayload } from "./payload.ts";
import type { Stack } from "./stack.ts";

/** The schedules and the groups of schedules that the outputs name, and when each schedule fires next. @param count of moments */
export async function listSchedules(stack: Stack, count: number, now: number) {
  const summaries: ScheduleSummary[] = [];
  for (const [output, value] of Object.entries(stack.outputs)) {
    if (output.endsWith("ScheduleGroupName")) summaries.push(...(await list(stack, { GroupName: value })));
    // Such a schedule has a group of its own, which no output names: without GroupName, Scheduler lists those of all groups.
    else if (output.endsWith("ScheduleName")) summaries.push(...(await list(stack, { NamePrefix: value })).filter(({ Name }) => Name === value));
  }
  // A program of one's own has other outputs.
  if (summaries.length === 0 && stack.local !== undefined) summaries.push(...(await list(stack, {})));
  const found: GetScheduleCommandOutput[] = [];
  for (const { Name, GroupName } of summaries) found.push(await stack.scheduler.send(new GetScheduleCommand({ Name, GroupName })));
  return found.map((schedule) => describe(stack, schedule, count, now));
}

async function list(stack: Stack, input: ListSchedulesCommandInput): Promise<ScheduleSummary[]> {
  const found: ScheduleSummary[] = [];
  for await (const { Schedules } of paginateListSchedules({ client: stack.scheduler }, input)) found.push(...(Schedules ?? []));
  return found;
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
