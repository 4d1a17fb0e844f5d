import { GetCallerIdentityCommand, type STSClient } from "@aws-sdk/client-sts";
import { ok, problem, type Judgement } from "../finding.ts";

export interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** The caller, or why AWS knows none. GetCallerIdentity needs no permission (STS API Reference). */
export type CallerReading = Caller | { readonly error: string };

export async function readCaller(sts: STSClient): Promise<CallerReading> {
  try {
    const { Account = "", Arn = "" } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn };
  } catch (error) {
    return { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

export function judgeCaller(caller: CallerReading, region: string): Judgement {
  if ("account" in caller) return ok(`Account ${caller.account}, as ${caller.arn}.`);
  return problem(
    `AWS does not accept the credentials, or there are none. ${caller.error}`,
    `Sign in (aws sso login, or AWS_PROFILE), check the network, and check that ${region} is a Region that the account has enabled.`,
  );
}

/** @param endpoint of AWS_ENDPOINT_URL, which the SDK and Pulumi's provider use instead of AWS */
export function judgeEndpoint(endpoint: string | undefined): Judgement {
  if (endpoint === undefined || endpoint === "") return ok("AWS's own endpoints are used.");
  return { level: "warning", found: `AWS_ENDPOINT_URL is ${endpoint}: the checks below are about that endpoint, not about AWS.`, remedy: "unset AWS_ENDPOINT_URL before you deploy to AWS." };
}
