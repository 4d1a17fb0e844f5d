import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { DECLARED_JOBS, JOB_NAMES } from "../../functions/shared/declared-jobs.ts";
import { FUNCTION_NAMES } from "../../infra/workflows.ts";

export const PROJECT_FOLDER = join(import.meta.dirname, "../..");
export const PROJECT_NAME = (parse(readFileSync(join(PROJECT_FOLDER, "Pulumi.yaml"), "utf8")) as { name: string }).name;
export const STACKS = ["dev", "staging", "prod"] as const;
export type Stack = (typeof STACKS)[number];

/** What the names of each job's resources begin with. */
export const JOB_PREFIXES = JOB_NAMES.map((name) => (name === "sample" ? "job" : name));
/** Of the jobs whose task role may do nothing: they report by exit code and declare no permission. */
export const PREFIXES_WITHOUT_PERMISSIONS = JOB_NAMES.filter((name) => DECLARED_JOBS[name].reports === "exit" && DECLARED_JOBS[name].permissions === undefined);

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";

/** A resource that the program registered. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** The id that it is imported by; empty for what is created. */
  readonly importId: string;
  /** Name of the provider that the program chose for it; empty for Pulumi's default provider. */
  readonly provider: string;
  /** Plain: secrets unwrapped, archives as they are. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What Pulumi refuses to delete or replace, and what it leaves behind. */
export interface Safety {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
}

export interface Evaluated {
  readonly resources: readonly Registered[];
  /** They carry the chain of parents' types. */
  readonly urns: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** By type and name, as in `aws:dynamodb/table:Table jobs`; options are no inputs, which mocks get to see. */
  readonly safety: ReadonlyMap<string, Safety>;
}

/** Exported by the runtime, but missing from its types. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { waitForRPCs(): Promise<void> };

/** Marks a secret on Pulumi's wire. */
const SECRET = "4dabf18193072939515e22adb298388d";

/** What a stack's files say, as the engine hands it to the program: the project's defaults first, then the stack's own. */
export async function stackConfig(stack: Stack): Promise<Record<string, string>> {
  const read = async (file: string) => {
    const { config } = parse(await readFile(join(PROJECT_FOLDER, file), "utf8")) as { config: Record<string, unknown> };
    return config;
  };
  const defaults = Object.entries(await read("Pulumi.yaml")).map(([key, entry]) => [key, (entry as { default?: unknown }).default ?? (entry as { value: unknown }).value] as const);
  const config: Record<string, unknown> = { ...Object.fromEntries(defaults), ...(await read(`Pulumi.${stack}.yaml`)) };
  const own = (key: string) => (key.includes(":") ? key : `${PROJECT_NAME}:${key}`);
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [own(key), typeof value === "string" ? value : JSON.stringify(value)]));
}

interface Variation {
  /** The published version that every function has. */
  readonly functionVersion?: string;
  /** The version that the alias of every function points to on AWS; none is there by default. */
  readonly liveVersion?: string;
  /** Log groups of functions that are on AWS before the stack is. */
  readonly logGroups?: readonly string[];
  /** Settings that differ from the stack's files. */
  readonly config?: Readonly<Record<string, string>>;
}

const evaluations = new Map<string, Promise<Evaluated>>();

/**
 * Evaluates index.ts for a stack under Pulumi's mocks; once for every variation, however many specs ask. Not to be called
 * while another evaluation is under way: Pulumi's runtime knows one stack at a time.
 *
 * @throws whatever the program throws; Error for a provider function that nobody mocked
 */
export function evaluateProgram(stack: Stack, variation: Variation = {}): Promise<Evaluated> {
  const key = JSON.stringify([stack, { functionVersion: "1", ...variation }]);
  const evaluation = evaluations.get(key) ?? evaluate(stack, variation);
  evaluations.set(key, evaluation);
  return evaluation;
}

async function evaluate(stack: Stack, { functionVersion = "1", liveVersion, logGroups = [], config = {} }: Variation): Promise<Evaluated> {
  const resources: Registered[] = [];
  const unknownTokens: string[] = [];
  pulumi.runtime.setAllConfig({ ...(await stackConfig(stack)), ...config });
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom, provider = "", id = "" }) => {
        const plain = unwrap(inputs) as Record<string, unknown>;
        resources.push({ type, name, custom: custom ?? false, importId: id, provider: provider.split("::").at(-2) ?? "", inputs: plain });
        return { id: id === "" ? `${name}-id` : id, state: { ...plain, ...outputsOf(type, name, plain, functionVersion) } };
      },
      call: ({ token }) => {
        const known: Record<string, Record<string, unknown>> = {
          "aws:index/getCallerIdentity:getCallerIdentity": { accountId: ACCOUNT },
          "aws:index/getPartition:getPartition": { partition: "aws" },
          "aws:cloudwatch/getLogGroups:getLogGroups": { logGroupNames: logGroups },
          "aws:lambda/getFunctions:getFunctions": { functionNames: liveVersion === undefined ? [] : FUNCTION_NAMES.map((name) => `${PROJECT_NAME}-${stack}-${name}`) },
          ...(liveVersion !== undefined && { "aws:lambda/getAlias:getAlias": { functionVersion: liveVersion } }),
        };
        const result = known[token];
        // Pulumi swallows the message of an error thrown here.
        if (result === undefined) unknownTokens.push(token);
        return result ?? {};
      },
    },
    PROJECT_NAME,
    stack,
  );
  const safety = watchSafety();
  // A module is evaluated once for each address: the number makes this one new.
  const entry = `${pathToFileURL(join(PROJECT_FOLDER, "index.ts")).href}?evaluation=${evaluations.size}`;
  const program = (await import(entry)) as { default: Record<string, unknown> };
  const outputs = await new Promise<Record<string, unknown>>((resolve) => pulumi.output(program.default).apply((plain) => resolve(plain as Record<string, unknown>)));
  await runtime.waitForRPCs();
  if (unknownTokens.length > 0) throw new Error(`Provider functions without a mock: ${unknownTokens.join(", ")}`);
  const monitor = pulumi.runtime.getMonitor() as unknown as { getRegisteredResources(): Map<string, unknown> };
  return { resources, urns: [...monitor.getRegisteredResources().keys()], outputs, safety };
}

/** What the engine is asked for with a resource, besides its inputs. */
interface Registration {
  getType(): string;
  getName(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
}

function watchSafety(): Map<string, Safety> {
  const safety = new Map<string, Safety>();
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource(request: Registration, callback: unknown): unknown };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    safety.set(`${request.getType()} ${request.getName()}`, { protect: request.getProtect(), retainOnDelete: request.getRetainondelete() });
    return register(request, callback);
  };
  return safety;
}

/** What a provider would add to a resource's inputs. Every resource gets a name and an ARN. */
export function outputsOf(type: string, name: string, inputs: Readonly<Record<string, unknown>>, functionVersion: string): Record<string, unknown> {
  const physical = typeof inputs.name === "string" ? inputs.name : `${name}-0a1b2c3`;
  const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
  switch (type) {
    case "aws:lambda/function:Function": {
      const functionArn = arn("lambda", `function:${physical}`);
      return { name: physical, arn: functionArn, version: functionVersion, qualifiedArn: `${functionArn}:${functionVersion}` };
    }
    case "aws:lambda/alias:Alias":
      return { name: physical, arn: arn("lambda", `function:${String(inputs.functionName)}:${physical}`) };
    case "aws:ecs/taskDefinition:TaskDefinition": {
      const arnWithoutRevision = arn("ecs", `task-definition/${String(inputs.family)}`);
      return { arnWithoutRevision, arn: `${arnWithoutRevision}:1` };
    }
    case "awsx:ec2:Vpc":
      return { vpcId: "vpc-1", publicSubnetIds: ["subnet-public"], isolatedSubnetIds: ["subnet-isolated"], privateSubnetIds: ["subnet-private"], routeTables: [{ id: "rtb-1" }] };
    case "awsx:ecr:Repository":
      return { url: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${name}`, repository: { arn: arn("ecr", `repository/${name}`) } };
    case "awsx:ecr:Image":
      return { imageUri: `${String(inputs.repositoryUrl)}@sha256:0` };
    case "aws:sqs/queue:Queue":
      return { name: physical, arn: arn("sqs", physical), url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${physical}` };
    case "aws:iam/role:Role":
      return { name: physical, arn: `arn:aws:iam::${ACCOUNT}:role/${physical}` };
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return { prefixListId: `pl-${name}`, arn: arn("ec2", `vpc-endpoint/${name}`) };
    case "aws:scheduler/scheduleGroup:ScheduleGroup":
      return { name: physical, arn: arn("scheduler", `schedule-group/${physical}`) };
    case "aws:scheduler/schedule:Schedule":
      return { name: physical, arn: arn("scheduler", `schedule/${String(inputs.groupName)}/${physical}`) };
    default:
      return { name: physical, arn: arn(type.split(/[:/]/)[1] ?? "aws", physical) };
  }
}

function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (value === null || typeof value !== "object" || pulumi.asset.Archive.isInstance(value)) return value;
  if (SECRET in value) return unwrap((value as { value?: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unwrap(member)]));
}
