import type { Event } from "@aws-sdk/client-lambda";

/**
 * One line on what an execution is doing, from its history: the innermost operations that have started and not ended,
 * and for those that wait, how long still.
 *
 * @param now epoch milliseconds
 * @param speed of the stack's clock, by which declared delays have shrunk
 */
export function describeProgress(events: readonly Event[], now: number, speed = 1): string {
  const open = new Map<string, Event>();
  let retry: string | undefined;
  for (const event of events) {
    const type = event.EventType ?? "";
    if (event.Id === undefined) continue;
    if (type.endsWith("Started") && type !== "ExecutionStarted") {
      open.set(event.Id, event);
      retry = undefined;
    } else if (type !== "ExecutionStarted") {
      open.delete(event.Id);
      retry = nextAttempt(event, now, speed);
    }
  }
  const parents = new Set([...open.values()].map((event) => event.ParentId));
  const innermost = [...open.values()].filter((event) => !parents.has(event.Id));
  if (innermost.length === 0) return retry ?? "running";
  return innermost.map((event) => describeOpen(event, now)).join(", ");
}

function describeOpen(event: Event, now: number): string {
  const name = event.Name ?? event.Id ?? "";
  switch (event.EventType) {
    case "WaitStarted":
      return `waiting "${name}", ${secondsLeft(event.WaitStartedDetails?.ScheduledEndTimestamp, now)} left`;
    case "CallbackStarted":
      return `waiting for callback "${name}", ${seconds(now - (event.EventTimestamp?.getTime() ?? now))} so far`;
    case "StepStarted":
      return `step "${name}"`;
    default:
      return `"${name}"`;
  }
}

/** A step that ended with a delay before its next attempt: a retry after an error, or the next poll of a condition. */
function nextAttempt(event: Event, now: number, speed: number): string | undefined {
  const details = event.StepFailedDetails ?? event.StepSucceededDetails;
  const delay = details?.RetryDetails?.NextAttemptDelaySeconds;
  if (delay === undefined || event.EventTimestamp === undefined) return undefined;
  const due = new Date(event.EventTimestamp.getTime() + (delay / speed) * 1000);
  return `"${event.Name ?? ""}" again in ${secondsLeft(due, now)}`;
}

function secondsLeft(moment: Date | undefined, now: number): string {
  return seconds(Math.max(0, (moment?.getTime() ?? now) - now));
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
