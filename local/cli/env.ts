import { Command } from "commander";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as z from "zod";

const command = new Command("npm run --silent env --")
  .description("Prints the endpoint and credentials of the running local stack, for the AWS CLI and SDKs.")
  .option("--stack <name>", "Pulumi stack", "dev")
  .option("--data <folder>", "data folder (default: .local/<stack>)")
  .option("--json", "as JSON instead of shell exports")
  .addHelpText("after", '\nExample:\n  eval "$(npm run --silent env)" && aws sts get-caller-identity')
  .parse();

const outputsFile = z.object({
  endpoint: z.string(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});

const { stack, data, json } = command.opts<{ stack: string; data?: string; json?: boolean }>();
const file = join(resolve(data ?? `.local/${stack}`), "outputs.json");
const text = await readFile(file, "utf8").catch(() => undefined);
if (text === undefined) {
  process.stderr.write(`There is no ${file}: start the stack first, with npm start${stack === "dev" ? "" : ` -- --stack ${stack}`}.\n`);
  process.exitCode = 1;
} else {
  const { endpoint, region, credentials } = outputsFile.parse(JSON.parse(text));
  const variables = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  process.stdout.write(
    json === true
      ? `${JSON.stringify(variables, null, 2)}\n`
      : `${Object.entries(variables)
          .map(([name, value]) => `export ${name}='${value}'`)
          .join("\n")}\nunset AWS_SESSION_TOKEN AWS_PROFILE\n`,
  );
}
