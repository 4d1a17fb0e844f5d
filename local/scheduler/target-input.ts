import { randomUUID } from "node:crypto";
import type { ScheduleDeclaration } from "../declarations.ts";
import type { Identity } from "../identity.ts";

export interface AttemptContext {
  readonly moment: number;
  readonly executionId: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** ISO 8601 in UTC with seconds, as Scheduler writes times. */
export function formatTime(moment: number): string {
  return new Date(moment).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** What the target gets: the schedule's input with the context attributes filled in, or Scheduler's own event if it has none. */
export function targetPayload(schedule: ScheduleDeclaration, context: AttemptContext, identity: Identity): string {
  const { input } = schedule.target;
  return input === undefined ? scheduledEvent(schedule, context, identity) : fillIn(input, schedule, context);
}

function fillIn(input: string, schedule: ScheduleDeclaration, context: AttemptContext): string {
  return input
    .replaceAll("<aws.scheduler.schedule-arn>", schedule.arn)
    .replaceAll("<aws.scheduler.scheduled-time>", formatTime(context.moment))
    .replaceAll("<aws.scheduler.execution-id>", context.executionId)
    .replaceAll("<aws.scheduler.attempt-number>", String(context.attempt));
}

function scheduledEvent(schedule: ScheduleDeclaration, context: AttemptContext, identity: Identity): string {
  return JSON.stringify({
    version: "0",
    id: randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: identity.accountId,
    time: formatTime(context.moment),
    region: identity.region,
    resources: [schedule.arn],
    detail: "{}",
  });
}
