import { AwsError } from "../errors.ts";
import { arn, type Identity } from "../identity.ts";

/** A function as a caller addressed it. */
export interface FunctionAddress {
  readonly functionName: string;
  /** Without qualifier. */
  readonly functionArn: string;
  /** A version, an alias or `$LATEST`. */
  readonly qualifier?: string;
  /** With the qualifier, where the caller gave one: what IAM decides on. */
  readonly arn: string;
}

const FORMS =
  /^(?:(?<arn>arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:)|(?<account>\d{12}):function:)?(?<name>[A-Za-z0-9_-]{1,64})(?::(?<qualifier>\$LATEST|[A-Za-z0-9_-]{1,128}))?$/;

/**
 * Takes apart a function's name, partial ARN or ARN, each with or without a qualifier.
 *
 * @param qualifier given beside the name; it must agree with one in the name
 * @throws AwsError ValidationException, InvalidParameterValueException
 */
export function parseFunctionName(text: string, qualifier: string | undefined, identity: Identity): FunctionAddress {
  const groups = FORMS.exec(text)?.groups;
  const functionName = groups?.name;
  if (groups === undefined || functionName === undefined) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must be a function name, a partial ARN or an ARN, with or without a qualifier`,
    );
  }
  if (groups.qualifier !== undefined && qualifier !== undefined && groups.qualifier !== qualifier) {
    throw new AwsError(
      "InvalidParameterValueException",
      "The derived qualifier from the function name does not match the specified qualifier.",
      400,
      { Type: "User" },
    );
  }
  const functionArn = groups.arn ? `${groups.arn}${functionName}` : arn({ ...identity, accountId: groups.account ?? identity.accountId }, "lambda", `function:${functionName}`);
  const effective = groups.qualifier ?? qualifier;
  return { functionName, functionArn, qualifier: effective, arn: effective === undefined ? functionArn : `${functionArn}:${effective}` };
}
