import { scaleTimeout } from "../../clock.ts";
import type { OperationEvent, RecordedEvent } from "./event.ts";
import { evolve } from "./evolve.ts";
import type { ExecutionState, OperationRecord } from "./state.ts";

/** The moment at which a command is decided: the machine has no clock of its own. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  /** How many real milliseconds a declared duration lasts here. */
  scale(milliseconds: number): number;
}

/** The moment that comes a declared duration after this one, in whole milliseconds. */
export function after(moment: Moment, seconds: number): number {
  return Math.ceil(moment.now + moment.scale(seconds * 1000));
}

/** The moment at which a time-out that starts now is over, in whole milliseconds. */
export function timeoutAfter(moment: Moment, seconds: number): number {
  return Math.ceil(moment.now + scaleTimeout(moment, seconds * 1000));
}

/** Records an event: into the state, and into the list of what this command brought about. */
export function record(state: ExecutionState, events: RecordedEvent[], event: RecordedEvent): void {
  evolve(state, event);
  events.push(event);
}

/** What the events of an existing operation carry of it. */
export function eventOf(operation: OperationRecord, at: number): OperationEvent {
  return { id: operation.id, name: operation.name, subType: operation.subType, parentId: operation.parentId, at };
}
