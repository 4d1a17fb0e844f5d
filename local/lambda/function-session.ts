import { AwsError } from "../errors.ts";
import type { AccessControl, Principal } from "../iam/access.ts";
import type { Identity } from "../identity.ts";
import type { FunctionVersion } from "./function-version.ts";

/**
 * A session of a function's role, as Lambda itself gets one.
 *
 * @throws AwsError AccessDeniedException when the role's trust policy does not let Lambda have it
 */
export function assumeFunctionRole(iam: AccessControl, identity: Identity, version: FunctionVersion): Principal {
  const lambda = { service: "lambda.amazonaws.com", sourceArn: version.functionArn, sourceAccount: identity.accountId };
  try {
    return iam.assumeRole(version.roleArn, lambda, version.functionName);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError("AccessDeniedException", "The role defined for the function cannot be assumed by Lambda.", 403, { Type: "User" });
  }
}
