import * as workflows from "../functions/index.ts";
import type { Right, Workflow } from "../functions/shared/workflow.ts";

/** The functions of this program, by the names of their folders. */
export type FunctionName = keyof typeof workflows;

/** What each function declares of itself. */
export const WORKFLOWS: Readonly<Record<FunctionName, Workflow>> = workflows;

/** In the order of the alphabet, which is that of a module's names. */
export const FUNCTION_NAMES = Object.keys(workflows) as readonly FunctionName[];

/** The functions that run a job as a task, and whose end the watchdog looks after. */
export const JOB_FUNCTIONS = needing("runJobs");

/** Of these, the ones whose job reports by callback. */
export const CALLBACK_FUNCTIONS = needing("runJobs", "manageCallbacks");

/** Of these, the ones whose executions wait for their task: the watchdog reports its stop to them. */
export const WAITING_FUNCTIONS = needing("runJobs", "controlTasks");

/** The functions that ask for all of these rights. */
export function needing(...rights: readonly Right[]): readonly FunctionName[] {
  return FUNCTION_NAMES.filter((name) => rights.every((right) => WORKFLOWS[name].needs?.includes(right)));
}
