import type { ContainerDeclaration } from "../declarations.ts";
import type { AccessRequest } from "../iam/access.ts";
import { arn, type Identity } from "../identity.ts";
import { TaskStartError } from "./launch.ts";

const PULL = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ";

/** What IAM must allow the execution role, to fetch a secret for a container. @param valueFrom ARN, or the name of a parameter */
export function secretAccess(valueFrom: string, identity: Identity): AccessRequest {
  if (!isSecretsManager(valueFrom)) {
    const resource = valueFrom.startsWith("arn:") ? valueFrom : arn(identity, "ssm", `parameter/${valueFrom.replace(/^\//, "")}`);
    return { action: "ssm:GetParameters", resource };
  }
  // `arn:…:secret:NAME[-AbCdEf][:key:stage:version]`; a policy always sees the ARN with its six random characters.
  const whole = valueFrom.split(":").slice(0, 7).join(":");
  return { action: "secretsmanager:GetSecretValue", resource: /-\w{6}$/.test(whole) ? whole : `${whole}-AbCdEf` };
}

/**
 * The values of a container's secrets: the stack's own environment variables of the same names. Nothing is fetched.
 *
 * @throws TaskStartError as ECS does when a secret cannot be fetched, never with a value
 */
export function secretValues({ secrets = {} }: ContainerDeclaration, environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).map(([name, valueFrom]) => {
      const value = environment[name];
      if (value !== undefined) return [name, value];
      const service = isSecretsManager(valueFrom) ? "secret from asm" : "secrets from ssm";
      throw new TaskStartError(`${PULL}unable to retrieve ${service}: ${valueFrom}: the local stack fetches no secrets; set the environment variable ${name} for npm start`);
    }),
  );
}

function isSecretsManager(valueFrom: string): boolean {
  return valueFrom.split(":")[2] === "secretsmanager";
}
