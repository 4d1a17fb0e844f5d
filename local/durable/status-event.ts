import type { BusEvent } from "../events/event.ts";
import type { ExecutionState } from "./machine/state.ts";

/** The event that Lambda puts on the default bus when an execution's status changes. */
export function statusChangeEvent(arn: string, functionArn: string, state: ExecutionState): BusEvent {
  return {
    source: "aws.lambda",
    detailType: "Durable Execution Status Change",
    resources: [],
    detail: {
      durableExecutionArn: arn,
      durableExecutionName: state.name,
      functionArn,
      status: state.status,
      startTimestamp: new Date(state.startedAt).toISOString(),
      ...(state.endedAt === undefined ? {} : { endTimestamp: new Date(state.endedAt).toISOString() }),
    },
  };
}
