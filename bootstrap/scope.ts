import * as pulumi from "@pulumi/pulumi";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import * as z from "zod";

/** The main program's project, whose resources are named `<project>-<environment>-…` by its autonaming. */
export const PROJECT_NAME = z.object({ name: z.string() }).parse(parse(readFileSync(new URL("../Pulumi.yaml", import.meta.url), "utf8"))).name;

/** An environment of the main program in this account: what its ARNs are made of. */
export interface Scope {
  readonly partition: pulumi.Input<string>;
  readonly accountId: pulumi.Input<string>;
  readonly region: string;
  readonly environment: string;
}

/** Names of an environment's resources. */
export function ours({ environment }: Scope): string {
  return `${PROJECT_NAME}-${environment}-*`;
}

/** An ARN in the environment's account and Region. */
export function arn({ partition, region, accountId }: Scope, service: string, resource: string): pulumi.Output<string> {
  return pulumi.interpolate`arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** An ARN of a service without Regions. */
export function globalArn({ partition, accountId }: Scope, service: string, resource: string): pulumi.Output<string> {
  return pulumi.interpolate`arn:${partition}:${service}::${accountId}:${resource}`;
}

/** Every role of the environment's program: what a deployment may create, and hand to services. */
export function rolesOf(scope: Scope): pulumi.Output<string> {
  return globalArn(scope, "iam", `role/${ours(scope)}`);
}

/** The environment's one dashboard. */
export function dashboard(scope: Scope): pulumi.Output<string> {
  return globalArn(scope, "cloudwatch", `dashboard/${PROJECT_NAME}-${scope.environment}`);
}

/** The condition that something carries the environment's tags, which the program puts on everything; or is created with them. */
export function tagged({ environment }: Scope, key: "RequestTag" | "ResourceTag") {
  return { StringEquals: { [`aws:${key}/project`]: PROJECT_NAME, [`aws:${key}/environment`]: environment } };
}
