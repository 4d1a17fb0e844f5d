import * as z from "zod";
import { UserError } from "../errors.ts";
import type { RegisteredResource } from "../program/resource.ts";

/**
 * The resources of a type, read with the schema of what the local stack uses of them. Resources that need a value which is not
 * simulated are left out: the start lists that value.
 *
 * @throws UserError naming resource and property when the program declares something that AWS would refuse as well
 */
export function declared<T>(resources: readonly RegisteredResource[], type: string, schema: z.ZodType<T>): T[] {
  return resources.filter((resource) => resource.type === type).flatMap((resource) => readDeclared(resource, schema));
}

function readDeclared<T>(resource: RegisteredResource, schema: z.ZodType<T>): T[] {
  const parsed = schema.safeParse(resource.outputs);
  if (parsed.success) return [parsed.data];
  if (resource.unknown !== undefined && resource.unknown.length > 0) return [];
  throw new UserError(`The local stack cannot run ${resource.type} "${resource.name}":\n${z.prettifyError(parsed.error)}`);
}

/** A member that AWS takes as a JSON string and Pulumi also as an object. */
export function jsonText<T>(schema: z.ZodType<T>): z.ZodType<T> {
  return z.preprocess((value) => (typeof value === "string" ? parseJson(value) : value), schema);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
