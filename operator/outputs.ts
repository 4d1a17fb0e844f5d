/** The stack outputs that operators' tools rely on. Any program that exports them can be operated; what it lacks, a tool doesn't offer. */

/** Where the stack is. */
export const REGION_OUTPUT = "region";

/** The cluster that runs the tasks. */
export const CLUSTER_OUTPUT = "clusterArn";

/** JSON text: each workflow's description, input as JSON Schema, and examples. */
export const WORKFLOWS_OUTPUT = "workflows";

/** The function that creates one-time schedules, and the group that it creates them in. */
export const CREATE_REMINDER = "create-reminder";
export const REMINDER_GROUP_OUTPUT = "reminderScheduleGroupName";

/** The camel-cased form in which stack outputs name a resource: `ship-order` is `shipOrder`, so that its alias is `shipOrderAliasArn`. */
export function outputPrefix(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
