import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { START_ALLOWANCE_SECONDS } from "../container/kit/contract.ts";
import type { RecurringExpression } from "../functions/shared/workflow.ts";
import { FARGATE_CPU, fargateSizeFault } from "./fargate-size.ts";
import { stackNameFault } from "./names.ts";
import { callbackOperations, MAX_OPERATIONS, pollOperations } from "./poll-operations.ts";
import { expressionFault, isTimeZone } from "./schedule-expression.ts";
import { vpcCidrFault, vpcSizeFault } from "./vpc-cidr.ts";

/** The retention times that CloudWatch Logs offers, in days. */
const LOG_RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/** One day less than an execution may last, so that the execution outlives its job. */
const MAX_JOB_SECONDS = 31_536_000;

/** The `alarmEmail` of a stack whose alarms deliberately go to nobody. */
export const NO_RECEIVER = "none";

/** Subnets in each zone, by egress: what `infra/network.ts` lays out. */
export const SUBNETS_PER_ZONE = { public: 1, endpoints: 1, nat: 2 } as const;
const EGRESS = ["public", "endpoints", "nat"] as const satisfies (keyof typeof SUBNETS_PER_ZONE)[];

/** Every key of the namespace, from Pulumi's text to its type. What each is for stands in Pulumi.yaml, with its default. */
const schema = z.strictObject({
  egress: oneOf(EGRESS),
  vpcCidr: z
    .cidrv4({ error: ({ input }) => `is ${show(input)}; use an IPv4 block such as 10.0.0.0/16`, abort: true })
    .superRefine(
      faults((cidr) => {
        const fault = vpcCidrFault(cidr);
        return fault && `is ${show(cidr)}, which ${fault}; use a block such as 10.0.0.0/16`;
      }),
    ),
  availabilityZones: integer(2, 3),
  jobCpu: number("a whole number", /^\d+$/).pipe(z.literal(FARGATE_CPU, { error: ({ input }) => `is ${show(input)}; use ${list(FARGATE_CPU)}` })),
  jobMemory: integer(512, 122_880),
  jobCapacityProvider: oneOf(["FARGATE", "FARGATE_SPOT"]),
  jobTimeLimitSeconds: integer(60, MAX_JOB_SECONDS),
  jobMaxAttempts: integer(1, 10),
  jobHeartbeatSeconds: integer(1, 3600),
  jobHeartbeatTimeoutSeconds: integer(15, 86_400),
  jobCapacityWaitSeconds: integer(0, 86_400),
  jobRecordTtlDays: integer(1, 3650),
  reportSchedule: z.custom<RecurringExpression>((input) => typeof input === "string", { error: "is not set; use for example rate(1 hour)", abort: true }).superRefine(
    faults((expression) => {
      const fault = expressionFault(expression);
      return fault && `is ${show(expression)}, which ${fault}; use for example rate(1 hour) or cron(0 8 ? * MON-FRI *)`;
    }),
  ),
  reportTimeZone: z.string({ error: "is not set; use an IANA time zone such as UTC" }).superRefine(faults((zone) => (isTimeZone(zone) ? undefined : `is ${show(zone)}; use an IANA time zone such as Europe/Berlin or UTC`))),
  reportFlexibleWindowMinutes: integer(0, 1440),
  logRetentionDays: integer(1, 3653).superRefine(faults((days) => (LOG_RETENTION_DAYS.includes(days) ? undefined : `is ${days}; CloudWatch Logs offers ${list(LOG_RETENTION_DAYS)}`))),
  executionRetentionDays: integer(1, 90),
  alarmEmail: z.string({ error: "is not set; use an e-mail address, or nothing" }).superRefine(
    faults((address) => (address === "" || address === NO_RECEIVER || z.email().safeParse(address).success ? undefined : `is ${show(address)}; use one e-mail address, ${NO_RECEIVER}, or nothing`)),
  ),
  canaryPercent: integer(0, 50),
  watchdogReservedConcurrency: integer(0, 1000),
  permissionsBoundary: z.string({ error: "is not set; use the ARN of a policy, or nothing" }).superRefine(
    faults((arn) => (/^(arn:[\w-]+:iam::(\d{12}|aws):policy\/.+)?$/.test(arn) ? undefined : `is ${show(arn)}; use the ARN of an IAM policy, or nothing`)),
  ),
  protect: oneOf(["true", "false"]).transform((text) => text === "true"),
});

/** What an environment may decide. Units are in the names: seconds, days, minutes; `jobMemory` is MiB, `jobCpu` CPU units. */
export type Settings = Readonly<z.output<typeof schema>> & {
  readonly region: string;
  /** What every resource carries, so that it can be found and its cost told apart: the tags of `aws:defaultTags`, `project` and `environment`. */
  readonly tags: Readonly<Record<string, string>>;
};

export type Egress = Settings["egress"];

type Key = keyof typeof schema.shape;

/** Rules between settings: reported at the first key, and only if each of the keys is good by itself. */
const rules: readonly { readonly keys: readonly [Key, ...Key[]]; readonly fault: (settings: z.output<typeof schema>) => string | undefined }[] = [
  {
    keys: ["vpcCidr", "availabilityZones", "egress"],
    fault: ({ vpcCidr, availabilityZones, egress }) => {
      const fault = vpcSizeFault(vpcCidr, availabilityZones, SUBNETS_PER_ZONE[egress]);
      return fault && `is ${show(vpcCidr)}, which ${fault}`;
    },
  },
  {
    keys: ["jobMemory", "jobCpu"],
    fault: ({ jobMemory, jobCpu }) => {
      const fault = fargateSizeFault(jobCpu, jobMemory);
      return fault && `is ${jobMemory}; ${fault}`;
    },
  },
  {
    keys: ["jobHeartbeatTimeoutSeconds", "jobHeartbeatSeconds"],
    fault: ({ jobHeartbeatTimeoutSeconds: timeout, jobHeartbeatSeconds: every }) =>
      // One heartbeat lost on its way must not fail a job that is well.
      timeout >= 2 * every ? undefined : `is ${timeout}; use at least ${2 * every}, twice jobHeartbeatSeconds`,
  },
  {
    keys: ["jobHeartbeatTimeoutSeconds", "jobMaxAttempts", "jobCapacityWaitSeconds"],
    fault: ({ jobHeartbeatTimeoutSeconds, jobMaxAttempts, jobCapacityWaitSeconds }) => {
      const operations = callbackOperations(jobHeartbeatTimeoutSeconds, jobMaxAttempts, jobCapacityWaitSeconds);
      if (operations < MAX_OPERATIONS) return undefined;
      return `is ${jobHeartbeatTimeoutSeconds}; callback-job could need ${operations} durable operations of less than ${MAX_OPERATIONS}: raise jobHeartbeatTimeoutSeconds, or lower jobMaxAttempts or jobCapacityWaitSeconds`;
    },
  },
  {
    keys: ["jobTimeLimitSeconds", "jobMaxAttempts", "jobCapacityWaitSeconds"],
    fault: ({ jobTimeLimitSeconds, jobMaxAttempts, jobCapacityWaitSeconds }) => {
      const operations = pollOperations(jobTimeLimitSeconds, jobMaxAttempts, jobCapacityWaitSeconds);
      if (operations < MAX_OPERATIONS) return undefined;
      return `is ${jobTimeLimitSeconds}; poll-job could need ${operations} durable operations of less than ${MAX_OPERATIONS}: lower jobTimeLimitSeconds, jobMaxAttempts or jobCapacityWaitSeconds`;
    },
  },
  {
    keys: ["alarmEmail", "protect"],
    fault: ({ alarmEmail, protect }) =>
      protect && alarmEmail === "" ? `is empty, and the stack is protected; use the e-mail address that gets the alarms, or ${NO_RECEIVER} to be warned at each preview instead` : undefined,
  },
  {
    // Each attempt renews the life of the record.
    keys: ["jobRecordTtlDays", "jobTimeLimitSeconds", "jobCapacityWaitSeconds"],
    fault: ({ jobRecordTtlDays, jobTimeLimitSeconds, jobCapacityWaitSeconds }) => {
      const days = Math.ceil((jobCapacityWaitSeconds + jobTimeLimitSeconds + 2 * START_ALLOWANCE_SECONDS) / 86_400);
      return jobRecordTtlDays >= days ? undefined : `is ${jobRecordTtlDays}; use at least ${days}, or a record would expire while its job may still run`;
    },
  },
];

const checkedSchema = schema.superRefine(
  (settings, context) => {
    const bad = new Set(context.issues.map(({ path }) => path?.[0]));
    for (const { keys, fault } of rules) {
      const message = keys.some((key) => bad.has(key)) ? undefined : fault(settings);
      if (message !== undefined) context.addIssue({ code: "custom", path: [keys[0]], message });
    }
  },
  // Rules whose own keys are good run even if other keys are bad: every fault at once.
  { when: () => true },
);

/**
 * What is wrong with settings of which some come from elsewhere, such as a job's declaration.
 *
 * @param changed keys to judge: a fault is reported at one of them if its rule involves any
 */
export function settingFaults(settings: Settings, changed: readonly string[]): { key: string; message: string }[] {
  const texts = Object.fromEntries(Object.entries(settings).flatMap(([key, value]) => (key in schema.shape && typeof value !== "object" ? [[key, String(value)]] : [])));
  const issues = checkedSchema.safeParse(texts).error?.issues ?? [];
  const involved = (key: string) => rules.find(({ keys }) => keys[0] === key)?.keys.find((each) => changed.includes(each));
  return issues.flatMap(({ path, message }) => {
    const key = String(path[0]);
    const at = changed.includes(key) ? key : involved(key);
    return at === undefined ? [] : [{ key: at, message }];
  });
}

/** Namespaces of the engine and of the packages that the program uses, whose settings reach their providers without the program. */
const FOREIGN_NAMESPACES = new Set(["pulumi", "aws", "awsx", "docker-build"]);

/** Settings that no one would read, such as those of a project that has been renamed: without them the stack would be another one. */
function namespaceFaults(keys: readonly string[], project: string): string[] {
  return keys.flatMap((key) => {
    const [namespace = "", ...name] = key.split(":");
    if (namespace === project || FOREIGN_NAMESPACES.has(namespace)) return [];
    return [`${key}: belongs to ${namespace}, but the project is called ${project}; write ${name.join(":")} without a namespace, or remove it`];
  });
}

const defaultTagsSchema = z.strictObject({ tags: z.record(z.string(), z.string()).default({}) });

/** The stack's tags, from the optional `aws:defaultTags` and the tags that every stack has, and what is wrong with the former. */
function readTags(defaultTags: string | undefined, own: Readonly<Record<string, string>>): { tags: Readonly<Record<string, string>>; faults: string[] } {
  const parsed = defaultTagsSchema.safeParse(defaultTags === undefined ? {} : parseJson(defaultTags));
  if (!parsed.success) return { tags: own, faults: [`aws:defaultTags: is ${show(defaultTags)}; use tags: with a text for each tag`] };
  const { tags } = parsed.data;
  const different = Object.entries(own).filter(([name, value]) => (tags[name] ?? value) !== value);
  return { tags: { ...tags, ...own }, faults: different.map(([name, value]) => `aws:defaultTags.tags.${name}: is ${show(tags[name])}; remove it: the program sets it to ${value}`) };
}

/**
 * Checks a stack's whole configuration.
 *
 * @param config every key with its namespace, as Pulumi's runtime has it; defaults of Pulumi.yaml included, as the engine puts them in
 * @throws pulumi.RunError one error that lists every fault by the key of the stack file
 */
export function parseSettings(config: Readonly<Record<string, string>>, project: string, stack: string): Settings {
  const prefix = `${project}:`;
  const own = Object.entries(config).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value] as const] : []));
  const result = checkedSchema.safeParse(Object.fromEntries(own));
  const region = config["aws:region"];
  const nameFault = stackNameFault(project, stack);
  const { tags, faults: tagFaults } = readTags(config["aws:defaultTags"], { project, environment: stack });
  const found = [
    ...namespaceFaults(Object.keys(config), project),
    ...(result.error?.issues ?? []).flatMap(issueFaults),
    ...(nameFault === undefined ? [] : [nameFault]),
    ...(region === undefined ? ["aws:region: is not set; use a Region such as eu-central-1"] : []),
    ...tagFaults,
  ];
  if (result.success && region !== undefined && found.length === 0) return { ...result.data, region, tags };
  const faulty = found.length === 1 ? "1 setting is wrong" : `${found.length} settings are wrong`;
  throw new pulumi.RunError([`${faulty} in Pulumi.${stack}.yaml (correct the file, or: pulumi config set --path <path> <value>):`, ...found.map((fault) => `  ${fault}`)].join("\n"));
}

/** Reads and checks the configuration of the stack that is being evaluated. */
export function readSettings(): Settings {
  return parseSettings(pulumi.runtime.allConfig(), pulumi.getProject(), pulumi.getStack());
}

function issueFaults(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => `${key}: is not a setting; remove it, or correct its spelling`);
  return [`${issue.path.join(".")}: ${issue.message}`];
}

function number(kind: string, form: RegExp) {
  return z.string({ error: ({ input }) => `is ${show(input)}; use ${kind}` }).regex(form, { error: ({ input }) => `is ${show(input)}; use ${kind}`, abort: true }).transform(Number);
}

function integer(min: number, max: number) {
  const error = ({ input }: { input?: unknown }) => `is ${show(input)}; use ${min} to ${max}`;
  return number(`a whole number from ${min} to ${max}`, /^\d+$/).pipe(z.number().min(min, { error }).max(max, { error }));
}

function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, { error: ({ input }) => `is ${show(input)}; use ${list(values)}` });
}

/** A zod refinement from a function that says what is wrong. */
function faults<T>(fault: (value: T) => string | undefined) {
  return (value: T, context: z.core.$RefinementCtx<T>) => {
    const message = fault(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  };
}

function show(value: unknown): string {
  return value === undefined ? "not set" : JSON.stringify(value);
}

function list(values: readonly (string | number)[]): string {
  return `${values.slice(0, -1).join(", ")} or ${values.at(-1) ?? ""}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
