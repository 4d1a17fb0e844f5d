import * as cli from "../../cli/client/outputs.ts";

/** What the tests are told about a stack. */
export interface StackUnderTest {
  readonly outputs: Readonly<Record<string, string>>;
  /** Variables by which the AWS SDK finds the stack. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @param dataFolder of a running local stack, `.local/<stack>` when absent @throws Error when there is none */
export async function loadLocal(stack: string, dataFolder?: string): Promise<StackUnderTest> {
  const { outputs, region, local } = await cli.loadLocal({ stack, data: dataFolder });
  return {
    outputs,
    environment: {
      AWS_REGION: region,
      AWS_ENDPOINT_URL: local.endpoint,
      AWS_ACCESS_KEY_ID: local.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: local.credentials.secretAccessKey,
    },
  };
}

/** @param stack name of a deployed Pulumi stack; AWS credentials are the caller's own @throws Error when Pulumi does not know it */
export async function loadDeployed(stack: string): Promise<StackUnderTest> {
  const { outputs, region } = await cli.loadDeployed(stack);
  return { outputs, environment: { AWS_REGION: region } };
}
