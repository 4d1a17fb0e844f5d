import type { Invocation, LiveExecution } from "./live-execution.ts";
import { statePage } from "./state-page.ts";

/** The event that the handler of a durable function is given. */
export function invocationEvent(live: LiveExecution, invocation: Invocation): string {
  const { operations, nextMarker = "" } = statePage(live.state, undefined);
  const updated = new Set([...(live.unseenBefore ?? []), ...live.state.changed]);
  const updatedIds = updated.size === 0 ? "" : `,"UpdatedOperationIds":${JSON.stringify([...updated])}`;
  return (
    `{"DurableExecutionArn":${JSON.stringify(live.arn)},"CheckpointToken":"${invocation.token ?? ""}",` +
    `"InitialExecutionState":{"Operations":[${operations.join(",")}],"NextMarker":"${nextMarker}"}${updatedIds}}`
  );
}
