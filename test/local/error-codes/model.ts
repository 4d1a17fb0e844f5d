import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

export const FILE = join(import.meta.dirname, "model.json");

/** By service and operation. `http` is the method and path of an operation of the REST protocol. */
export const errorModelSchema = z.record(z.string(), z.record(z.string(), z.object({ http: z.string().optional(), errors: z.array(z.string()) })));
export type ErrorModel = z.infer<typeof errorModelSchema>;

const MODEL = errorModelSchema.parse(JSON.parse(readFileSync(FILE, "utf8")));

/** Errors that any operation may return ("Common Errors" in the API reference of each service), and those of its protocol and signature. */
const COMMON = new Set([
  "AccessDeniedException", "ExpiredTokenException", "IncompleteSignatureException", "InvalidSignatureException", "MissingAuthenticationTokenException",
  "RequestAbortedException", "RequestEntityTooLargeException", "SerializationException", "UnknownOperationException", "UnrecognizedClientException", "ValidationException",
]);

/** Two of the "Common Errors" of SQS, by their names in the query protocol and in JSON. */
const COMMON_OF: Readonly<Record<string, readonly string[]>> = {
  sqs: ["InvalidParameterValue", "InvalidParameterValueException", "MissingParameter", "MissingRequiredParameterException"],
};

/** Why AWS would not return the error for the operation; `undefined` where it may. */
export function unlisted(service: string, operation: string, code: string): string | undefined {
  if (COMMON.has(code) || COMMON_OF[service]?.includes(code) === true) return undefined;
  const listed = MODEL[service]?.[operation]?.errors;
  if (listed === undefined) return `${service} has no operation ${operation} in ${FILE}: node test/aws/error-model.ts writes it again`;
  return listed.includes(code) ? undefined : `AWS's model lists no ${code} for ${service}:${operation}, but ${listed.join(", ")}`;
}

/** The operation that a request is for; `undefined` where AWS has none. */
export function operationOf(service: string, request: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>> }): string | undefined {
  const operations = MODEL[service] ?? {};
  const target = request.headers["x-amz-target"];
  if (target !== undefined) {
    const name = target.slice(target.lastIndexOf(".") + 1);
    return Object.hasOwn(operations, name) ? name : undefined;
  }
  const asked = `${request.method} ${request.path.split("?")[0] ?? ""}`;
  return Object.keys(operations).find((name) => pattern(operations[name]?.http ?? "").test(asked));
}

function pattern(http: string): RegExp {
  return new RegExp(`^${http.replaceAll(/\{\w+\}/g, "[^/]+").replace(/\/$/, "/?")}$`);
}
