import { AwsError } from "../../errors.ts";

/** The error of every rule that a request breaks. */
export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message, 400, { Type: "User" });
}
