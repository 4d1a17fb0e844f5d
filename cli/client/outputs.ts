import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { CliError, EXIT } from "../exit-codes.ts";
import type { LocalEndpoint } from "./local-api.ts";

const outputs = z.record(z.string(), z.string());

const localOutputs = z.object({
  outputs,
  endpoint: z.url(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});

/** What a stack tells about itself. */
export interface StackOutputs {
  readonly outputs: Readonly<Record<string, string>>;
  readonly region: string;
  /** How to reach a local stack. Credentials for a deployed one are the caller's own. */
  readonly local?: LocalEndpoint;
}

/** How to start the local stack, for messages. */
export function startHint(stack: string, data: string | undefined): string {
  const options = [...(stack === "dev" ? [] : ["--stack", stack]), ...(data === undefined ? [] : ["--data", data])];
  return ["npm start", ...(options.length > 0 ? ["--", ...options] : [])].join(" ");
}

/**
 * @param data data folder; `.local/<stack>` when absent
 * @throws CliError when no stack has ever run there
 */
export async function loadLocal(stack: string, data?: string): Promise<StackOutputs> {
  const file = join(data ?? join(".local", stack), "outputs.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    throw new CliError(EXIT.unreachable, `The local stack ${stack} is not running: there is no ${file}. Start it with: ${startHint(stack, data)}`);
  }
  const { outputs, region, ...rest } = localOutputs.parse(JSON.parse(text));
  return { outputs, region, local: { ...rest, region } };
}

/** @param stack name of a deployed Pulumi stack @throws CliError when Pulumi does not know it, or it is not deployed */
export async function loadDeployed(stack: string): Promise<StackOutputs> {
  const answer = await promisify(execFile)("pulumi", ["stack", "output", "--json", "--non-interactive", "--stack", stack]).catch((error: unknown) => {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new CliError(EXIT.unreachable, `Pulumi gives no outputs of the stack ${stack}: ${(stderr || message).trim().split("\n").at(-1) ?? ""}`);
  });
  const deployed = outputs.parse(JSON.parse(answer.stdout));
  const region = deployed["region"];
  if (region === undefined) throw new CliError(EXIT.unreachable, `The stack ${stack} has no outputs. Deploy it with: npx pulumi up --stack ${stack}`);
  return { outputs: deployed, region };
}
