import { invalid } from "./machine/invalid.ts";
import type { ExecutionState, OperationRecord } from "./machine/state.ts";
import { operationView, replayOperations } from "./operation-view.ts";

/** Bytes of one page of operations: leaves room in the 6 MB that Lambda lets an event or an answer have. */
const PAGE_BYTES = 5 * 1_048_576;

/** Operations as JSON texts, so that their size is known and they are written out only once. */
export interface StatePage {
  readonly operations: readonly string[];
  /** Where the next page starts; absent on the last. */
  readonly nextMarker?: string;
}

/**
 * A page of the operations that a replay needs.
 *
 * @param marker of the page before
 * @param maxItems most operations of the page
 * @throws AwsError InvalidParameterValueException for a marker that this did not give out
 */
export function statePage(state: ExecutionState, marker: string | undefined, maxItems = Infinity): StatePage {
  const start = marker === undefined ? 0 : position(marker);
  const operations: string[] = [];
  let bytes = 0;
  let index = 0;
  for (const record of replayOperations(state)) {
    if (index++ < start) continue;
    const text = JSON.stringify(operationView(state, record));
    bytes += Buffer.byteLength(text);
    if (operations.length > 0 && (bytes > PAGE_BYTES || operations.length >= maxItems)) {
      return { operations, nextMarker: Buffer.from(String(index - 1)).toString("base64") };
    }
    operations.push(text);
  }
  return { operations };
}

/**
 * As many of the changed operations as fit in one answer. Those that are named first always fit: a handler needs what its own
 * updates have become, the id of a new callback above all.
 */
export function takeChanged(state: ExecutionState, own: ReadonlySet<string>, others: Set<string>): OperationRecord[] {
  const taken: OperationRecord[] = [];
  let bytes = 0;
  const take = (id: string): void => {
    const record = state.operations.get(id);
    if (record === undefined) return;
    taken.push(record);
    bytes += approximateBytes(record);
  };
  for (const id of own) {
    others.delete(id);
    take(id);
  }
  for (const id of others) {
    if (bytes > PAGE_BYTES) break;
    others.delete(id);
    take(id);
  }
  return taken;
}

function approximateBytes(record: OperationRecord): number {
  return 400 + (record.result?.length ?? 0) + (record.error === undefined ? 0 : JSON.stringify(record.error).length);
}

function position(marker: string): number {
  const text = Buffer.from(marker, "base64").toString();
  if (!/^\d{1,9}$/.test(text)) throw invalid("Invalid Marker");
  return Number(text);
}
