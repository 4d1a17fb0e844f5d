import { AwsError } from "../errors.ts";
import { arn, type Identity } from "../identity.ts";

/** What names an execution. */
export interface ExecutionAddress {
  readonly functionName: string;
  readonly version: string;
  readonly name: string;
  readonly executionId: string;
}

const FORM =
  /^arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:function:(?<functionName>[a-zA-Z0-9_-]+):(?<version>\$LATEST(?:\.PUBLISHED)?|[0-9]+)\/durable-execution\/(?<name>[a-zA-Z0-9_-]+)\/(?<executionId>[a-zA-Z0-9_-]+)$/;

export function executionArn(identity: Identity, { functionName, version, name, executionId }: ExecutionAddress): string {
  return arn(identity, "lambda", `function:${functionName}:${version}/durable-execution/${name}/${executionId}`);
}

/** @throws AwsError ValidationException for text that is not the ARN of a durable execution */
export function parseExecutionArn(text: string): ExecutionAddress {
  const groups = FORM.exec(text)?.groups;
  if (groups === undefined) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${text}' at 'durableExecutionArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ${FORM.source}`,
    );
  }
  return groups as unknown as ExecutionAddress;
}

export function functionVersionArn(identity: Identity, functionName: string, version: string): string {
  return arn(identity, "lambda", `function:${functionName}:${version}`);
}
