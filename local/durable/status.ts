const OPEN = ["RUNNING", "PAUSING", "PAUSED"] as const;
const ENDS = ["SUCCEEDED", "FAILED", "TIMED_OUT", "STOPPED"] as const;

/** Every value of the Lambda API's ExecutionStatus. */
export const EXECUTION_STATUSES = [...OPEN, ...ENDS, "DELETING"] as const;

export type EndStatus = (typeof ENDS)[number];
export type ExecutionStatus = (typeof EXECUTION_STATUSES)[number];

/** Whether the status is one of the four ends. PAUSING, PAUSED and DELETING are not. */
export function hasEnded(status: ExecutionStatus): status is EndStatus {
  return status !== "RUNNING" && status !== "PAUSING" && status !== "PAUSED" && status !== "DELETING";
}
