import type { PolicyStatement } from "../../../local/declarations.ts";
import type { Denial } from "../../../local/iam/denial.ts";
import type { Iam } from "../../../local/iam/iam.ts";
import type { RegisteredResource } from "../../../local/program/resource.ts";
import { declareRoles } from "../../../local/providers/iam.ts";
import { declarePermissions } from "../../../local/providers/lambda.ts";
import { declareQueuePolicies } from "../../../local/providers/sqs.ts";

const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const PERMISSION = "aws:lambda/permission:Permission";

/** One statement of one policy of the program: `RESOURCE/SID`, a Lambda permission by its resource's name alone. */
export interface ProgramStatement {
  readonly id: string;
  readonly actions: readonly string[];
  readonly isPrincipal: (principal: string) => boolean;
  /** Whether a refusal is for want of this statement. */
  readonly explains: (denial: Denial) => boolean;
}

/** Every statement of the program, in whatever resource it stands, as an object or as JSON text. */
export function programStatements(resources: readonly RegisteredResource[]): ProgramStatement[] {
  return resources.flatMap((resource) => (resource.type === PERMISSION ? [permission(resource)] : find(resource.inputs).map((each) => statement(resource, each))));
}

function permission({ name, inputs }: RegisteredResource): ProgramStatement {
  const { principal: service, action, function: functionName, qualifier } = inputs;
  const end = `:function:${String(functionName)}:${String(qualifier)}`;
  const isPrincipal = (principal: string) => principal === service;
  return { id: name, actions: [String(action)], isPrincipal, explains: (denial) => isPrincipal(denial.principal) && denial.action === action && denial.resource.endsWith(end) };
}

function statement(resource: RegisteredResource, { Sid, Action, Resource, Principal }: PolicyStatement): ProgramStatement {
  const actions = list(Action);
  const resources = resource.type === ROLE ? [String(resource.outputs["arn"])] : list(Resource);
  const isResource = (arn: string) => resources.some((pattern) => new RegExp(`^${pattern.replace(/[\\^$.+?()[\]{}|]/g, "\\$&").replaceAll("*", ".*")}$`).test(arn));
  const session = `:assumed-role/${String(resource.outputs["role"])}/`;
  const { Service: service } = typeof Principal === "object" ? Principal : {};
  const isPrincipal = (principal: string) => (resource.type === ROLE_POLICY ? principal.includes(session) : principal === service);
  return {
    id: `${resource.name}/${Sid ?? "?"}`,
    actions,
    isPrincipal,
    explains: (denial) => isPrincipal(denial.principal) && actions.includes(denial.action) && isResource(denial.resource),
  };
}

/** The program's policies in a running stack, from which tests take statements away for a while. */
export class Policies {
  readonly #iam: Iam;
  readonly #resources: readonly RegisteredResource[];
  readonly #missing: string[] = [];

  constructor(iam: Iam, resources: readonly RegisteredResource[]) {
    this.#iam = iam;
    this.#resources = resources;
  }

  async without<T>(ids: readonly string[], run: () => Promise<T>): Promise<T> {
    this.#missing.push(...ids);
    this.#apply();
    try {
      return await run();
    } finally {
      for (const id of ids) this.#missing.splice(this.#missing.indexOf(id), 1);
      this.#apply();
    }
  }

  #apply(): void {
    const missing = new Set(this.#missing);
    const left = this.#resources
      .filter((resource) => !(resource.type === PERMISSION && missing.has(resource.name)))
      .map((resource) => ({ ...resource, outputs: cut(resource.outputs, (statement) => !missing.has(idOf(resource, statement))) as RegisteredResource["outputs"] }));
    this.#iam.apply({ roles: declareRoles(left), resourcePolicies: [...declarePermissions(left), ...declareQueuePolicies(left)] });
  }
}

function idOf(resource: RegisteredResource, statement: PolicyStatement): string {
  return `${resource.name}/${statement.Sid ?? "?"}`;
}

function find(value: unknown): PolicyStatement[] {
  if (typeof value === "string" && value.includes('"Statement"')) return find(JSON.parse(value));
  if (value === null || typeof value !== "object") return [];
  return "Statement" in value ? (value.Statement as PolicyStatement[]) : Object.values(value).flatMap(find);
}

function cut(value: unknown, keep: (statement: PolicyStatement) => boolean): unknown {
  if (typeof value === "string" && value.includes('"Statement"')) return cut(JSON.parse(value), keep);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  if ("Statement" in value) return { ...value, Statement: (value.Statement as PolicyStatement[]).filter(keep) };
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, cut(member, keep)]));
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === "string" ? [value] : (value ?? []);
}
