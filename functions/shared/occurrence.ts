import { createHash } from "node:crypto";

/** One time at which a schedule invokes its target. */
export interface Occurrence {
  /** From `<aws.scheduler.schedule-arn>`. */
  readonly scheduleArn: string;
  /** From `<aws.scheduler.scheduled-time>`, ISO 8601. */
  readonly scheduledTime: string;
}

/**
 * Names an occurrence. EventBridge Scheduler delivers at least once: each delivery of an occurrence has the same name, and no other
 * occurrence has it. `<aws.scheduler.execution-id>` can't do that: it names one attempted invocation (Scheduler User Guide, context
 * attributes).
 *
 * @returns 64 hexadecimal digits: valid as an idempotency key, a client token of ECS and the Scheduler, a deduplication ID of SQS, and
 *   the name of a durable execution
 */
export function occurrenceName({ scheduleArn, scheduledTime }: Occurrence): string {
  return createHash("sha256").update(JSON.stringify([scheduleArn, scheduledTime])).digest("hex");
}
