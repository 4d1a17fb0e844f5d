import { AwsError } from "../errors.ts";
import type { FunctionVersion } from "./function-version.ts";

export type InvocationType = "RequestResponse" | "Event" | "DryRun";

/** Bytes of an event that Lambda takes: 6 MB synchronously, 1 MB asynchronously. */
const PAYLOAD_LIMITS: Readonly<Record<InvocationType, number>> = { RequestResponse: 6_291_456, Event: 1_048_576, DryRun: 6_291_456 };

/** @throws AwsError InvalidParameterValueException for a durable function without version, alias or `$LATEST` */
export function requireQualifier(target: { version: FunctionVersion; qualified: boolean }): void {
  if (target.version.durable === undefined || target.qualified) return;
  throw new AwsError("InvalidParameterValueException", "You cannot invoke a durable function using an unqualified ARN.", 400, { Type: "User" });
}

/**
 * The event that a request body stands for; an empty body is an empty object.
 *
 * @throws AwsError RequestTooLargeException, InvalidRequestContentException
 */
export function parsePayload(body: Buffer, type: InvocationType): string {
  if (body.length > PAYLOAD_LIMITS[type]) {
    throw new AwsError(
      "RequestTooLargeException",
      `${body.length} byte payload is too large for the ${type} invocation type (limit ${PAYLOAD_LIMITS[type]} bytes)`,
      413,
      { Type: "User" },
    );
  }
  if (body.length === 0) return "{}";
  const payload = body.toString("utf8");
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new AwsError("InvalidRequestContentException", `Could not parse request body into json: ${(error as Error).message}`, 400, { Type: "User" });
  }
  return payload;
}
