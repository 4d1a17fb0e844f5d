import type { SharedErrorType } from "../../functions/shared/errors.ts";
import type { UNEXPECTED } from "../../functions/shared/metric-lines.ts";
import type { ActsOn } from "../../functions/shared/workflow.ts";
import { FUNCTION_NAMES, WORKFLOWS } from "../workflows.ts";
import type { AlarmKind } from "./alarms.ts";

/** Error types of all workflows by the alarm that rings for them. Bad input is counted on the dashboard and rings nothing: the caller corrects it. */
const SHARED: Readonly<Record<SharedErrorType | typeof UNEXPECTED, AlarmKind | undefined>> = {
  InvalidInput: undefined,
  JobFailed: "job-failed",
  JobTimedOut: "job-failed",
  JobLost: "tasks-lost",
  CapacityUnavailable: "tasks-lost",
  TaskRefused: "workflow-error",
  Unexpected: "workflow-error",
};

/** Which alarm rings for a failed execution, by why it failed. A workflow's own error types ring one if an operator acts on them. */
export const CAUSE_ALARMS: Readonly<Record<string, AlarmKind | undefined>> = { ...ownCauses("caller", undefined), ...ownCauses("operator", "workflow-error"), ...SHARED };

/** Everything that a failed execution is counted under. */
export const FAILURE_CAUSES = Object.keys(CAUSE_ALARMS);

function ownCauses(actor: ActsOn, alarm: AlarmKind | undefined): Record<string, AlarmKind | undefined> {
  const types = FUNCTION_NAMES.flatMap((name) => Object.entries(WORKFLOWS[name].errors ?? {}));
  return Object.fromEntries(types.flatMap(([type, actsOn]) => (actsOn === actor ? [[type, alarm]] : [])));
}
