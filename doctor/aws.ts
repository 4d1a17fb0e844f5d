import { IAMClient } from "@aws-sdk/client-iam";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { STSClient } from "@aws-sdk/client-sts";

/** The AWS services that the doctor reads from. */
export interface AwsClients {
  readonly sts: STSClient;
  readonly lambda: LambdaClient;
  readonly iam: IAMClient;
  readonly quotas: ServiceQuotasClient;
}

/** Clients with the caller's credentials, which give up after seconds rather than minutes. */
export function createClients(region: string): AwsClients {
  const config = { region, maxAttempts: 2, requestHandler: { connectionTimeout: 5_000, requestTimeout: 15_000 } };
  return { sts: new STSClient(config), lambda: new LambdaClient(config), iam: new IAMClient(config), quotas: new ServiceQuotasClient(config) };
}
