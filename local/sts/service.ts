import { createHash } from "node:crypto";
import { AwsError } from "../errors.ts";
import { escapeXml, xmlResponse } from "../gateway/query-protocol.ts";
import type { Service } from "../gateway/service.ts";
import type { Principal } from "../iam/access.ts";
import { base32 } from "../iam/credential-registry.ts";

const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

/** STS: who am I. Nobody needs a permission for that. */
export function stsService(): Service {
  return {
    signingName: "sts",
    protocol: "query",
    parse(request) {
      const operation = new URLSearchParams(request.body.toString("utf8")).get("Action") ?? request.query.get("Action") ?? "?";
      if (operation !== "GetCallerIdentity") throw new AwsError("InvalidAction", `The local stack does not implement sts:${operation}.`);
      return { operation, access: [], execute: (caller) => xmlResponse(200, callerIdentity(caller)) };
    },
  };
}

function callerIdentity(caller: Principal): string {
  return (
    `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>` +
    `<Arn>${escapeXml(caller.arn)}</Arn><UserId>${escapeXml(userId(caller))}</UserId><Account>${caller.accountId}</Account>` +
    `</GetCallerIdentityResult></GetCallerIdentityResponse>`
  );
}

/** In AWS's form: the unique id of the user, or of the role and the name of the session. Always the same for the same ARN. */
function userId(caller: Principal): string {
  const unique = (prefix: string, arn: string) => prefix + base32(createHash("sha256").update(arn).digest().subarray(0, 17));
  if (caller.roleArn === undefined) return unique("AIDA", caller.arn);
  return `${unique("AROA", caller.roleArn)}:${caller.arn.split("/").at(-1) ?? ""}`;
}
