import type { FunctionView, Invoker } from "../../operator/page/api.ts";
import type { PolicyStatement, StackDeclaration } from "../declarations.ts";
import { type ConsoleServices, workflowOf } from "./services.ts";

/** The program's policies, as last applied. */
export type Policies = Pick<StackDeclaration, "roles" | "resourcePolicies">;

const INVOKE = "lambda:InvokeFunction";

export function functionViews(services: ConsoleServices, policies: Policies): FunctionView[] {
  const { registry } = services;
  return registry.functions().map((newest) => {
    const { functionArn } = newest;
    const versions = registry.versions(functionArn).map(({ version }) => version);
    const aliases = registry.aliases(functionArn).map(({ name, version }) => ({ name, version: version.version }));
    const arns = [functionArn, ...[...versions, ...aliases.map(({ name }) => name)].map((qualifier) => `${functionArn}:${qualifier}`)];
    return {
      workflow: workflowOf(services, newest.functionName),
      arn: functionArn,
      durable: newest.durable !== undefined,
      newest: newest.version,
      versions,
      aliases,
      memoryMegabytes: newest.memoryMegabytes,
      timeoutSeconds: newest.timeoutSeconds,
      roleArn: newest.roleArn,
      policies: Object.entries(policies.roles.find(({ arn }) => arn === newest.roleArn)?.policies ?? {}).map(([name, document]) => ({
        name,
        document: JSON.stringify(document),
      })),
      invokers: invokersOf(arns, policies),
    };
  });
}

/**
 * Who may invoke a function: services by its permissions, roles of the program by their policies. Denies are not weighed.
 *
 * @param arns of the function, its versions and its aliases
 */
export function invokersOf(arns: readonly string[], { roles, resourcePolicies }: Policies): Invoker[] {
  const permissions = resourcePolicies
    .filter(({ resourceArn }) => arns.includes(resourceArn))
    .flatMap(({ policy }) => policy.Statement.filter((statement) => allowsInvoke(statement)))
    .map((statement) => ({ name: principalOf(statement), statement: JSON.stringify(statement) }));
  const identities = roles.flatMap(({ name, policies }) =>
    Object.values(policies)
      .flatMap(({ Statement }) => Statement)
      .filter((statement) => allowsInvoke(statement) && list(statement.Resource).some((pattern) => arns.some((arn) => matches(pattern, arn))))
      .map((statement) => ({ name, statement: JSON.stringify(statement) })),
  );
  return [...permissions, ...identities];
}

function allowsInvoke({ Effect, Action }: PolicyStatement): boolean {
  return Effect === "Allow" && list(Action).some((pattern) => matches(pattern.toLowerCase(), INVOKE.toLowerCase()));
}

function principalOf({ Principal = "*" }: PolicyStatement): string {
  return typeof Principal === "string" ? "everybody" : Object.values(Principal).flatMap(list).join(", ");
}

function list(value: string | readonly string[] = []): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** IAM's wildcards: `*` for any text, `?` for one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/[\\^$.+()[\]{}|]/g, "\\$&").replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(text);
}
