import type { RecordedEvent } from "./machine/event.ts";

/** The events of a row cannot be read. */
export class DamagedRecordError extends Error {
  override readonly name = "DamagedRecordError";
}

/** @throws DamagedRecordError */
export function parseRecordedEvents(text: string): RecordedEvent[] {
  let events: unknown;
  try {
    events = JSON.parse(text);
  } catch (error) {
    throw new DamagedRecordError((error as Error).message, { cause: error });
  }
  if (!Array.isArray(events) || events.length === 0 || !events.every(isEvent)) throw new DamagedRecordError("a row of durable_events holds no list of events");
  return events as RecordedEvent[];
}

function isEvent(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "at" in value && typeof value.at === "number";
}
