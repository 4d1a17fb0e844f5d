import { type Moment, record } from "./machine/decision.ts";
import type { RecordedEvent } from "./machine/event.ts";
import { replay } from "./machine/evolve.ts";
import { emptyState, type ExecutionState } from "./machine/state.ts";
import type { LiveExecution } from "./live-execution.ts";
import { DamagedRecordError } from "./recorded-events.ts";
import type { DurableRepository, ExecutionRow } from "./repository.ts";

interface Failed {
  readonly state: ExecutionState;
  readonly events: readonly RecordedEvent[];
}

/**
 * Reads the state of an execution. An execution whose events cannot be read has failed, because it can never go on and its result
 * is lost. Its events are set aside.
 *
 * @returns the state, and the events that are still to be recorded
 */
export function readState(repository: DurableRepository, row: ExecutionRow, { now }: Moment): { state: ExecutionState; failure: readonly RecordedEvent[] } {
  try {
    const state = replay(repository.events(row.id));
    if (state.executionId === "") throw new DamagedRecordError("its first event is missing");
    return { state, failure: [] };
  } catch (error) {
    const reason = setAside(repository, row, error);
    const { state, events } = failed(row, reason, row.endedAt ?? now);
    if (row.endedAt === null) return { state, failure: events };
    // Its end was announced when it ended, and the end of its retention stays.
    repository.replace(row, "FAILED", state.eventCount, events);
    return { state, failure: [] };
  }
}

/** Sets aside the events of an execution in memory. @returns the event of its failure, to be recorded */
export function failInMemory(repository: DurableRepository, live: LiveExecution, { now }: Moment, error: unknown): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  record(live.state, events, failure(setAside(repository, live.row, error), now));
  return events;
}

/** The events of an execution whose own events cannot be read, as {@link readState} records them. */
export function failedEvents(row: ExecutionRow, error: unknown): readonly RecordedEvent[] {
  return failed(row, describe(row, error), row.endedAt ?? row.startedAt).events;
}

function setAside(repository: DurableRepository, row: ExecutionRow, error: unknown): string {
  const reason = describe(row, error);
  process.stderr.write(`${reason}\n`);
  repository.setAsideEvents(row.id, reason);
  return reason;
}

function describe({ name, status }: ExecutionRow, error: unknown): string {
  return `The record of execution ${name} is damaged in the store, so it has failed: ${(error as Error).message}. Its status was ${status}.`;
}

function failed(row: ExecutionRow, reason: string, endedAt: number): Failed {
  const state = emptyState();
  const events: RecordedEvent[] = [];
  const { executionId: id, name, startedAt: at, nextDue: deadline } = row;
  record(state, events, { type: "ExecutionStarted", at, id, name, input: "null", timeoutSeconds: 0, deadline });
  record(state, events, failure(reason, endedAt));
  return { state, events };
}

function failure(reason: string, at: number): RecordedEvent {
  return { type: "ExecutionFailed", at, error: { ErrorType: "LocalStack.DamagedRecord", ErrorMessage: reason } };
}
