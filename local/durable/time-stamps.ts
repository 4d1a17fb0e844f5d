import type { Operation } from "./operation.ts";

/** REST answers carry time stamps as epoch seconds with a fraction; everything inside is epoch milliseconds. */
export function epochSeconds(milliseconds: number): number {
  return milliseconds / 1000;
}

function optionalSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : epochSeconds(milliseconds);
}

/** The operation as a REST answer writes it. */
export function restOperation(operation: Operation): Operation {
  const { StartTimestamp, EndTimestamp, StepDetails, WaitDetails } = operation;
  return {
    ...operation,
    StartTimestamp: epochSeconds(StartTimestamp),
    EndTimestamp: optionalSeconds(EndTimestamp),
    StepDetails: StepDetails && { ...StepDetails, NextAttemptTimestamp: optionalSeconds(StepDetails.NextAttemptTimestamp) },
    WaitDetails: WaitDetails && { ScheduledEndTimestamp: optionalSeconds(WaitDetails.ScheduledEndTimestamp) },
  };
}
