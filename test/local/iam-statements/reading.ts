import assert from "node:assert/strict";
import * as z from "zod";
import type { RegisteredResource } from "../../../local/program/resource.ts";

/** A statement as the program writes it; what else a statement can have, this reading refuses. */
interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow";
  readonly Principal?: { readonly Service: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Context>>;
}

export type Context = Readonly<Record<string, string>>;

/** A reading of the program's policies that shares no code with the local stack: for what the program uses, and no more. */
export class PolicyReading {
  /** Names of roles. */
  readonly roles: readonly string[];
  readonly #ofRole = new Map<string, Statement[]>();
  readonly #trust = new Map<string, Statement[]>();
  /** Of queues and, by permissions, of functions. */
  readonly #ofResources: readonly Statement[];

  constructor(resources: readonly RegisteredResource[]) {
    const ofType = (type: string) => resources.filter((resource) => resource.type === type).map(({ outputs }) => outputs);
    const roles = ofType("aws:iam/role:Role");
    this.roles = roles.map(({ name }) => String(name));
    const policies = ofType("aws:iam/rolePolicy:RolePolicy");
    for (const role of this.roles) this.#ofRole.set(role, policies.filter((policy) => policy["role"] === role).flatMap(({ policy }) => statements(policy)));
    for (const { arn, assumeRolePolicy } of roles) this.#trust.set(String(arn), statements(assumeRolePolicy));
    const aliases = ofType("aws:lambda/alias:Alias").map(({ arn }) => String(arn));
    this.#ofResources = [
      ...ofType("aws:sqs/queuePolicy:QueuePolicy").flatMap(({ policy }) => statements(policy)),
      ...ofType("aws:lambda/permission:Permission").map((permission) => permissionStatement(permission, aliases)),
    ];
  }

  statementsOf(role: string): readonly Statement[] {
    return this.#ofRole.get(role) ?? [];
  }

  allowsRole(role: string, action: string, resource: string, context: Context): boolean {
    return this.statementsOf(role).some((statement) => applies(statement, action, resource, context));
  }

  allowsAssuming(roleArn: string, service: string, context: Context): boolean {
    return (this.#trust.get(roleArn) ?? []).some((statement) => statement.Principal?.Service === service && applies(statement, "sts:AssumeRole", undefined, context));
  }

  allowsService(service: string, action: string, resource: string, context: Context): boolean {
    return this.#ofResources.some((statement) => statement.Principal?.Service === service && applies(statement, action, resource, context));
  }
}

const permissionOutputs = z.object({ principal: z.string(), action: z.string(), sourceArn: z.string(), sourceAccount: z.string().optional(), function: z.string(), qualifier: z.string() });

function permissionStatement(permission: RegisteredResource["outputs"], aliases: readonly string[]): Statement {
  const { principal, action, sourceArn, sourceAccount, function: functionName, qualifier } = permissionOutputs.parse(permission);
  const target = `:function:${functionName}:${qualifier}`;
  return {
    Effect: "Allow",
    Principal: { Service: principal },
    Action: action,
    Resource: aliases.filter((arn) => arn.endsWith(target)),
    Condition: { ArnLike: { "aws:SourceArn": sourceArn }, ...(sourceAccount !== undefined && { StringEquals: { "aws:SourceAccount": sourceAccount } }) },
  };
}

export function list(value: string | readonly string[] = []): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

function statements(policy: unknown): Statement[] {
  const { Statement: all } = (typeof policy === "string" ? JSON.parse(policy) : (policy ?? { Statement: [] })) as { Statement: Statement[] };
  for (const { Sid, Effect, Principal, Action, Resource, Condition, ...others } of all) {
    assert.deepEqual([Effect, Object.keys(others)], ["Allow", []], Sid);
    assert.deepEqual(Object.keys(Principal ?? { Service: "" }), ["Service"], Sid);
    assert.ok(![...list(Action), ...list(Resource)].some((text) => /[?$]/.test(text)) && list(Action).every((action) => !action.includes("*")), Sid);
    assert.ok(Object.keys(Condition ?? {}).every((operator) => ["StringEquals", "ArnEquals", "ArnLike"].includes(operator)), Sid);
  }
  return all;
}

function applies({ Action, Resource, Condition = {} }: Statement, action: string, resource: string | undefined, context: Context): boolean {
  const isOn = resource === undefined || list(Resource).some((pattern) => isLike(pattern, resource));
  const conditions = Object.entries(Condition).flatMap(([operator, keys]) => Object.entries(keys).map(([key, value]) => ({ operator, value, actual: context[key] })));
  return list(Action).includes(action) && isOn && conditions.every(({ operator, value, actual }) => actual !== undefined && (operator === "StringEquals" ? value === actual : isLike(value, actual)));
}

function isLike(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern.split("*").map((part) => part.replace(/[^\w]/g, "\\$&")).join(".*")}$`, "s").test(text);
}
