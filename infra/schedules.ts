import * as pulumi from "@pulumi/pulumi";
import { resolve } from "../functions/shared/workflow.ts";
import { outputPrefix } from "../operator/outputs.ts";
import { CronSchedule } from "./cron-schedule.ts";
import type { Functions } from "./functions.ts";
import type { Place } from "./names.ts";
import { expressionFault, isTimeZone } from "./schedule-expression.ts";
import type { Settings } from "./settings.ts";
import { FUNCTION_NAMES, WORKFLOWS } from "./workflows.ts";

/** The schedule of each workflow that declares one, as `<name>-schedule`. */
export function createSchedules(place: Place, settings: Settings, functions: Functions, opts: pulumi.ComponentResourceOptions): Readonly<Record<string, CronSchedule>> {
  const schedules = FUNCTION_NAMES.flatMap((name) => {
    const { schedule } = WORKFLOWS[name];
    if (schedule === undefined) return [];
    const { expression, timeZone = "UTC", flexibleWindowMinutes = 0 } = resolve(schedule, settings);
    const fault = expressionFault(expression) ?? (isTimeZone(timeZone) ? undefined : `has the time zone ${timeZone}, which is no IANA name`);
    if (fault !== undefined) throw new pulumi.RunError(`functions/${name}/workflow.ts: schedule: ${expression} ${fault}`);
    return [[`${name}-schedule`, new CronSchedule(`${name}-schedule`, { place, target: functions[name], expression, timeZone, flexibleWindowMinutes }, opts)] as const];
  });
  return Object.fromEntries(schedules);
}

/** `reportScheduleArn`, `reportScheduleName`, `reportScheduleDeadLetterQueueUrl`… */
export function scheduleOutputs(schedules: Readonly<Record<string, CronSchedule>>): Record<string, pulumi.Output<string>> {
  const outputs = Object.entries(schedules).flatMap(([name, { schedule, deadLetterQueue }]) => {
    const prefix = outputPrefix(name);
    return [
      [`${prefix}Arn`, schedule.arn],
      [`${prefix}Name`, schedule.name],
      [`${prefix}DeadLetterQueueUrl`, deadLetterQueue.url],
    ] as const;
  });
  return Object.fromEntries(outputs);
}
