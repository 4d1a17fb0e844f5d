import type { Principal } from "../iam/access.ts";
import type { FunctionVersion } from "../lambda/function-version.ts";

/** The session of its role in which a function runs. */
export function sessionOf({ roleArn, functionName }: FunctionVersion): Principal {
  const [, partition, , , accountId = "", resource = ""] = roleArn.split(":");
  const roleName = resource.slice(resource.lastIndexOf("/") + 1);
  return {
    kind: "assumed-role",
    arn: `arn:${partition}:sts::${accountId}:assumed-role/${roleName}/${functionName}`,
    roleArn,
    accountId,
  };
}
