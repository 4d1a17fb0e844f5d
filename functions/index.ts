/** The workflows, one line each, by the names of their folders. Everything else derives from this list. */
export { default as "report" } from "./report/workflow.ts";
export { default as "poll-job" } from "./poll-job/workflow.ts";
export { default as "dispatch-job" } from "./dispatch-job/workflow.ts";
export { default as "callback-job" } from "./callback-job/workflow.ts";
export { default as "math" } from "./math/workflow.ts";
export { default as "create-reminder" } from "./create-reminder/workflow.ts";
export { default as "reminder" } from "./reminder/workflow.ts";
export { default as "task-watchdog" } from "./task-watchdog/workflow.ts";
export { default as "task-sweep" } from "./task-sweep/workflow.ts";
