import { createHash } from "node:crypto";
import type { Identity } from "../identity.ts";

/** A resource as the program registers it, before it has outputs. */
export interface ResourceRequest {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface ProviderContext {
  readonly identity: Identity;
  readonly project: string;
  readonly stack: string;
  readonly projectFolder: string;
  readonly endpoint: string;
  /** Default tags of the resource's AWS provider. */
  readonly defaultTags: Readonly<Record<string, string>>;
}

export interface ProvidedResource {
  /** Physical id, as the AWS provider gives it. */
  readonly id: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Gives a declared resource its physical name, ARN and the other outputs that the program builds on. */
export type Provider = (resource: ResourceRequest, context: ProviderContext) => ProvidedResource | Promise<ProvidedResource>;

/** Pulumi type token → provider. */
export type Providers = Readonly<Record<string, Provider>>;

/** The name that was asked for, else one made like Pulumi's autonaming, but the same at every start. */
export function physicalName(resource: ResourceRequest, context: ProviderContext): string {
  const asked = resource.inputs.name;
  if (typeof asked === "string") return asked;
  const suffix = createHash("sha256").update(`${context.project}/${context.stack}/${resource.type}/${resource.name}`).digest("hex");
  const prefix = resource.inputs.namePrefix;
  return `${typeof prefix === "string" ? prefix : `${resource.name}-`}${suffix.slice(0, 7)}`;
}

export function sha256(...parts: (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}
