import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { FUNCTION_NAMES, type FunctionName, WORKFLOWS } from "./workflows.ts";

/** Where this stack's resources are: what ARNs are made of. */
export interface Place {
  readonly partition: pulumi.Output<string>;
  readonly region: string;
  readonly accountId: pulumi.Output<string>;
}

/** Asks AWS, once for the whole program, whose account this is. */
export function findPlace(region: string, provider: aws.Provider): Place {
  return { partition: aws.getPartitionOutput({}, { provider }).partition, region, accountId: aws.getCallerIdentityOutput({}, { provider }).accountId };
}

/** An ARN in this account and Region. */
export function arn({ partition, region, accountId }: Place, service: string, resource: pulumi.Input<string>): pulumi.Output<string> {
  return pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** The alias that callers use: it points to the newest published version, or shares its starts between that and the last one. */
export const LIVE_ALIAS = "live";

/**
 * Physical names of functions are fixed, unlike others. So policies can name functions that name each other, and one-time
 * schedules that were made at run time keep their target when a function is replaced.
 */
export function functionName(name: FunctionName): string {
  return `${stackName()}-${name}`;
}

/** What names of this stack's resources begin with, and what its metrics are counted under. */
export function stackName(): string {
  return `${pulumi.getProject()}-${pulumi.getStack()}`;
}

/** Where names of IAM roles, EventBridge rules, schedules and functions end (AWS's service models; `FunctionName` by Lambda's documents). */
const SHORTEST_LIMIT = 64;
/** The longest name that such a resource has within the program besides those of functions; a test walks the program for it. */
const LONGEST_OTHER_NAME = 25;
/** The longest name of a function's role, or of its schedule's role. */
const [LONGEST_ROLE = ""] = FUNCTION_NAMES.map((name) => `${name}-${WORKFLOWS[name].schedule === undefined ? "role" : "schedule-role"}`).sort((a, b) => b.length - a.length);
const LONGEST_NAME = Math.max(LONGEST_OTHER_NAME, LONGEST_ROLE.length);
/** `-<name>-<7 digits>`: what Pulumi's autonaming, set in Pulumi.yaml, puts behind project and stack. */
const AUTONAMING = "--".length + 7;
/** Characters that project and stack may have together, with the hyphen between them. */
const LONGEST_STACK_NAME = SHORTEST_LIMIT - LONGEST_NAME - AUTONAMING;

/** What is wrong with the names of a project and stack: AWS would refuse some of the resources, half-way through an update. */
export function stackNameFault(project: string, stack: string): string | undefined {
  if (project.length + 1 + stack.length <= LONGEST_STACK_NAME) return undefined;
  const room = LONGEST_STACK_NAME - project.length - 1;
  const rename = LONGEST_ROLE.length > LONGEST_OTHER_NAME ? `use a shorter function name in functions/index.ts than that of ${LONGEST_ROLE}, or ` : "";
  const remedy =
    room > 0
      ? `use a stack name of at most ${room} characters with project ${project} (pulumi stack init), or a shorter project name in Pulumi.yaml`
      : `use a project name in Pulumi.yaml that leaves characters for the stack's`;
  return `stack name: ${project}-${stack} has ${project.length + 1 + stack.length} characters of at most ${LONGEST_STACK_NAME}, because names of IAM roles and EventBridge rules end at ${SHORTEST_LIMIT}; ${rename}${remedy}`;
}

/** What names of this stack's alarms begin with. Fixed like those of functions: the topic's policy names them before they exist. */
export function alarmPrefix(): string {
  return `${stackName()}-`;
}

/** ARN without qualifier. */
export function functionArn(place: Place, name: FunctionName): pulumi.Output<string> {
  return arn(place, "lambda", `function:${functionName(name)}`);
}

/** ARN of the alias `live`. */
export function aliasArn(place: Place, name: FunctionName): pulumi.Output<string> {
  return pulumi.interpolate`${functionArn(place, name)}:${LIVE_ALIAS}`;
}

/**
 * Resource of the actions on durable executions: checkpoint, state, callbacks, reading. Their ARNs carry the version that
 * runs, never an alias, so nothing narrower outlives the next deployment.
 */
export function executionsOf(place: Place, name: FunctionName): pulumi.Output<string> {
  return pulumi.interpolate`${functionArn(place, name)}:*`;
}
