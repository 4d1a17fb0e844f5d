const OPEN = ["RUNNING", "PAUSING", "PAUSED"] as const;
const ENDS = ["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"] as const;

/** Every value of the Lambda API's ExecutionStatus. */
export const EXECUTION_STATUSES = [...OPEN, ...ENDS, "DELETING"] as const;

export type EndStatus = (typeof ENDS)[number];
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** Whether the execution has come to one of the four ends. An execution that pauses, is paused or is being deleted has not. */
export function hasEnded(status: ExecutionStatus): status is EndStatus {
  return status !== "RUNNING" && status !== "PAUSING" && status !== "PAUSED" && status !== "DELETING";
}
