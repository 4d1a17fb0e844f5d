import * as pulumi from "@pulumi/pulumi";
import type { JobDeclaration } from "../container/kit/define-job.ts";
import { describeIssues } from "../container/kit/issues.ts";
import { exampleFaults } from "./declarations.ts";
import { jobShape } from "./declaration-shapes.ts";
import { ENDPOINT_OF_SERVICE } from "./endpoint-policies.ts";
import { type Settings, settingFaults } from "./settings.ts";
import { FUNCTION_NAMES } from "./workflows.ts";

/** The setting that stands in for a field which a job leaves out. */
const SETTING_OF = {
  cpu: "jobCpu",
  memory: "jobMemory",
  capacityProvider: "jobCapacityProvider",
  timeLimitSeconds: "jobTimeLimitSeconds",
  heartbeatSeconds: "jobHeartbeatSeconds",
  heartbeatTimeoutSeconds: "jobHeartbeatTimeoutSeconds",
} as const satisfies Readonly<Record<string, keyof Settings>>;

/** Longest name of a job: with `-execution-role`, project, stack and the suffix, its role's name is within IAM's 64 characters. */
const LONGEST_JOB_NAME = 10;

/**
 * Bytes that the variable JOBS may have. Lambda allows 4 KB for all variables of a function together (Developer Guide, quotas); the others
 * of a job workflow need less than the rest.
 */
const MAX_JOBS_BYTES = 3072;
/** `"":"arn:aws-us-gov:ecs:ap-southeast-1:111122223333:task-definition/:123456",`, without the job's name and the family. */
const BYTES_OF_JOB = 80;

/**
 * The settings of each job: the stack's, with what the job declares in their place.
 *
 * @throws pulumi.RunError that lists every wrong field of every declaration
 */
export function jobSettings(jobs: Readonly<Record<string, JobDeclaration>>, settings: Settings): Readonly<Record<string, Settings>> {
  const faults = [...Object.entries(jobs).flatMap(([name, job]) => [...nameFaults(name), ...jobFaults(name, job, settings)]), ...sizeFaults(Object.keys(jobs))];
  if (faults.length > 0) throw new pulumi.RunError(["A job's declaration is wrong:", ...faults.map((fault) => `  ${fault}`)].join("\n"));
  return Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, { ...settings, ...declaredSettings(job) }]));
}

function declaredSettings(job: JobDeclaration): Partial<Settings> {
  const fields: Readonly<Record<string, unknown>> = { ...job };
  const declared = Object.entries(SETTING_OF).map(([field, setting]) => [setting, fields[field]] as const);
  // The cast: settingFaults has checked the values.
  return Object.fromEntries(declared.filter(([, value]) => value !== undefined));
}

function nameFaults(name: string): string[] {
  const where = `container/index.ts: ${name}`;
  if (!/^[a-z][a-z0-9-]*$/.test(name) || name.length > LONGEST_JOB_NAME) return [`${where}: use lower-case letters, digits and hyphens, at most ${LONGEST_JOB_NAME} characters`];
  // Resources of the sample job are named `job`; outputs of functions and jobs share a namespace.
  if (name === "job" || FUNCTION_NAMES.some((taken) => taken === name)) return [`${where}: is taken; use another name`];
  return [];
}

function jobFaults(name: string, job: JobDeclaration, settings: Settings): string[] {
  const where = `container/${name}/job.ts`;
  const shape = jobShape.safeParse(job);
  if (!shape.success) return describeIssues(shape.error).map((issue) => `${where}: ${issue}`);
  const fieldOf = (setting: string) => Object.entries(SETTING_OF).find(([, each]) => each === setting)?.[0] ?? setting;
  const own = settingFaults({ ...settings, ...declaredSettings(job) }, Object.keys(declaredSettings(job)));
  const { maxTasks, permissions = {}, examples = [], timeLimitSeconds = settings.jobTimeLimitSeconds } = job;
  return [
    ...own.map(({ key, message }) => `${where}: ${fieldOf(key)}: ${message}`),
    ...(maxTasks === undefined || (Number.isInteger(maxTasks) && maxTasks > 0) ? [] : [`${where}: maxTasks: is ${maxTasks}; use a whole number from 1`]),
    ...Object.entries(permissions).flatMap(([sid, { actions, resources }]) => {
      const permission = `${where}: permissions.${sid}`;
      const unreachable = settings.egress === "endpoints" ? actions.filter((action) => !(action.slice(0, action.indexOf(":")) in ENDPOINT_OF_SERVICE)) : [];
      return [
        ...(/^[A-Za-z0-9]+$/.test(sid) ? [] : [`${permission}: is no Sid; use letters and digits`]),
        ...actions.filter((action) => /[*?]/.test(action)).map((action) => `${permission}: ${action} has a wildcard; name each action`),
        ...(resources.some((resource) => resource === "*") || resources.length === 0 ? [`${permission}: names no resource; use ARNs`] : []),
        ...unreachable.map((action) => `${permission}: ${action} has no VPC endpoint with egress endpoints; add one in infra/endpoint-policies.ts, or use another egress`),
      ];
    }),
    ...exampleFaults(where, examples, job.input({ timeLimitSeconds })),
  ];
}

function sizeFaults(names: readonly string[]): string[] {
  const bytes = names.reduce((sum, name) => sum + 2 * name.length + pulumi.getProject().length + pulumi.getStack().length + 2 + BYTES_OF_JOB, 2);
  return bytes <= MAX_JOBS_BYTES ? [] : [`container/index.ts: ${names.length} jobs need up to ${bytes} bytes of the functions' environment variables, of which Lambda allows 4 KB: keep JOBS within ${MAX_JOBS_BYTES}, with fewer jobs or shorter names`];
}
