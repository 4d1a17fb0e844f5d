import { Command } from "commander";
import { type LocalPlace, LocalStackUnreachable, readLocalOutputs } from "../../operator/local-outputs.ts";

/** The exit code of `wf` for a stack that cannot be reached. */
const UNREACHABLE = 4;

const command = new Command("npm run --silent env --")
  .description("Prints the endpoint and credentials of the running local stack, for the AWS CLI and SDKs.")
  .option("--stack <name>", "Pulumi stack", "dev")
  .option("--program <folder>", "Pulumi program (default: the current folder)")
  .option("--data <folder>", "data folder (default: .local/<stack> of the program)")
  .option("--json", "as JSON instead of shell exports")
  .addHelpText("after", '\nExample:\n  eval "$(npm run --silent env)" && aws sts get-caller-identity')
  .parse();

try {
  process.stdout.write(await environment(command.opts()));
} catch (error) {
  if (!(error instanceof LocalStackUnreachable)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = UNREACHABLE;
}

/** @throws LocalStackUnreachable when no stack has ever run there, or its outputs cannot be read */
async function environment({ json, ...place }: LocalPlace & { readonly json?: boolean }): Promise<string> {
  const { endpoint, region, credentials } = await readLocalOutputs(place);
  const variables = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  if (json === true) return `${JSON.stringify(variables, null, 2)}\n`;
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'\n`);
  return `${exports.join("")}unset AWS_SESSION_TOKEN AWS_PROFILE\n`;
}
