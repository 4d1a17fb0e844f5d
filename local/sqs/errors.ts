import { AwsError } from "../errors.ts";
import type { InvalidInput } from "../gateway/input.ts";

/** Errors that SQS's model names otherwise for the query protocol, which it spoke before JSON. */
export const queryErrors = {
  InvalidParameterValueException: "InvalidParameterValue",
  MissingRequiredParameterException: "MissingParameter",
  ...Object.fromEntries(
    [
      "BatchEntryIdsNotDistinct",
      "BatchRequestTooLong",
      "EmptyBatchRequest",
      "InvalidBatchEntryId",
      "MessageNotInflight",
      "TooManyEntriesInBatchRequest",
      "UnsupportedOperation",
    ].map((name) => [name, `AWS.SimpleQueueService.${name}`]),
  ),
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
};

/** SQS reports one fault a request: a missing parameter or a value out of its bounds. */
export const invalidInput: InvalidInput = ([{ path, missing, value, reason }]) =>
  missing
    ? new AwsError("MissingRequiredParameterException", `The request must contain the parameter ${path}.`)
    : invalidValue(path, value, reason);

export function invalidValue(parameter: string, value: unknown, reason: string): AwsError {
  return new AwsError("InvalidParameterValueException", `Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);
}
