import { AwsError } from "../../errors.ts";

/** The error of every rule that a request breaks. */
export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, 400, { Type: "User" });
}

/** The error of a callback call whose execution, or whose operation in it, does not exist. */
export function noCallback(): AwsError {
  return new AwsError("ResourceNotFoundException", "Callback does not exist", 404, { Type: "User" });
}
