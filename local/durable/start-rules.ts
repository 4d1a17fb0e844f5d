import { AwsError } from "../errors.ts";
import type { FunctionVersion } from "../lambda/function-version.ts";
import { invalid } from "./machine/invalid.ts";
import { exceeds, MAX_PAYLOAD_BYTES } from "./machine/limits.ts";

const LONGEST_SYNCHRONOUS_SECONDS = 900;

/**
 * Whether a durable function may be started like this.
 *
 * @returns the function's durable settings
 * @throws AwsError InvalidParameterValueException, RequestTooLargeException, ValidationException
 */
export function validateStart(request: {
  readonly version: FunctionVersion;
  readonly name?: string;
  readonly input: string;
  readonly invocationType: "RequestResponse" | "Event";
}): NonNullable<FunctionVersion["durable"]> {
  const { version, name, input, invocationType } = request;
  if (version.durable === undefined) throw invalid(`The function ${version.functionName} is not a durable function.`);
  if (invocationType === "RequestResponse" && version.durable.executionTimeoutSeconds > LONGEST_SYNCHRONOUS_SECONDS) {
    throw invalid("You cannot synchronously invoke a durable function with an executionTimeout greater than 15 minutes.");
  }
  if (name !== undefined && !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${name}' at 'durableExecutionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9-_]{1,64}`,
    );
  }
  const limit = MAX_PAYLOAD_BYTES[invocationType];
  if (exceeds(input, limit)) {
    throw new AwsError("RequestTooLargeException", `Request must be smaller than ${limit} bytes for the InvokeFunction operation`, 413, { Type: "User" });
  }
  return version.durable;
}
