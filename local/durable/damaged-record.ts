import { type Moment, record } from "./machine/decision.ts";
import type { RecordedEvent } from "./machine/event.ts";
import { replay } from "./machine/evolve.ts";
import { emptyState, type ExecutionState } from "./machine/state.ts";
import type { DurableRepository, ExecutionRow } from "./repository.ts";

/**
 * Reads the state of an execution. One that is running, pausing or paused fails when its events cannot be read, because it can
 * never go on. Its events are set aside.
 *
 * @returns the state, and the events that are still to be recorded
 */
export function readState(repository: DurableRepository, row: ExecutionRow, moment: Moment): { state: ExecutionState; failure: readonly RecordedEvent[] } {
  try {
    return { state: replay(repository.events(row.id)), failure: [] };
  } catch (error) {
    if (row.endedAt !== null) throw error;
    const reason = `The record of execution ${row.name} is damaged in the store, so it has failed: ${(error as Error).message}`;
    process.stderr.write(`${reason}\n`);
    repository.setAsideEvents(row.id, reason);
    return failDamaged(row, reason, moment);
  }
}

function failDamaged(row: ExecutionRow, reason: string, { now }: Moment): { state: ExecutionState; failure: readonly RecordedEvent[] } {
  const state = emptyState();
  const failure: RecordedEvent[] = [];
  const { executionId: id, name, startedAt: at, nextDue: deadline } = row;
  record(state, failure, { type: "ExecutionStarted", at, id, name, input: "null", timeoutSeconds: 0, deadline });
  record(state, failure, { type: "ExecutionFailed", at: now, error: { ErrorType: "LocalStack.DamagedRecord", ErrorMessage: reason } });
  return { state, failure };
}
