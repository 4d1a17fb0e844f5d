import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";

const outputs = z.record(z.string(), z.string());

const localOutputs = z.object({
  outputs,
  endpoint: z.url(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});

/** What the tests are told about a stack. */
export interface StackUnderTest {
  readonly outputs: Readonly<Record<string, string>>;
  /** Variables by which the AWS SDK finds the stack. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @param dataFolder of a running local stack @throws Error when there is none */
export async function loadLocal(dataFolder: string): Promise<StackUnderTest> {
  const file = join(dataFolder, "outputs.json");
  let text;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new Error(`There is no ${file}: start the local stack with "npm start" first, and let it run.`, { cause: error });
  }
  const { endpoint, region, credentials, ...rest } = localOutputs.parse(JSON.parse(text));
  return {
    outputs: rest.outputs,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
  };
}

/** @param stack name of a deployed Pulumi stack; AWS credentials are the caller's own @throws Error when Pulumi does not know it */
export async function loadDeployed(stack: string): Promise<StackUnderTest> {
  const { stdout } = await promisify(execFile)("pulumi", ["stack", "output", "--json", "--non-interactive", "--stack", stack]);
  const deployed = outputs.parse(JSON.parse(stdout));
  const region = deployed["region"];
  if (region === undefined) throw new Error(`The stack ${stack} has no outputs: deploy it with "pulumi up" first.`);
  return { outputs: deployed, environment: { AWS_REGION: region } };
}
