import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";
import { type LocalPlace, LocalStackUnreachable, readLocalOutputs } from "../../operator/local-outputs.ts";
import { REGION_OUTPUT } from "../../operator/outputs.ts";
import { CliError, EXIT } from "../exit-codes.ts";
import type { LocalEndpoint } from "./local-api.ts";
import { parsePayload } from "./payload.ts";

const outputs = z.record(z.string(), z.string());

/** What a stack tells about itself. */
export interface StackOutputs {
  readonly outputs: Readonly<Record<string, string>>;
  readonly region: string;
  /** How to reach a local stack. Credentials for a deployed one are the caller's own. */
  readonly local?: LocalEndpoint;
}

export interface LocalStackOutputs extends StackOutputs {
  readonly local: LocalEndpoint;
}

/** @throws CliError when no stack has ever run there, or its outputs cannot be read */
export async function loadLocal(place: LocalPlace): Promise<LocalStackOutputs> {
  const { outputs, region, ...rest } = await readLocalOutputs(place).catch((error: unknown) => {
    throw error instanceof LocalStackUnreachable ? new CliError(EXIT.unreachable, error.message) : error;
  });
  return { outputs, region, local: { ...rest, region } };
}

/** @param stack name of a deployed Pulumi stack @throws CliError when Pulumi does not know it, or it is not deployed */
export async function loadDeployed(stack: string): Promise<StackOutputs> {
  const answer = await promisify(execFile)("pulumi", ["stack", "output", "--json", "--non-interactive", "--stack", stack]).catch((error: unknown) => {
    const { code, stderr, message } = error as { code?: unknown; stderr?: string; message: string };
    if (code === "ENOENT") throw new CliError(EXIT.unreachable, "The command pulumi, which knows the outputs of deployed stacks, is not on the PATH. Run wf by npx, or install Pulumi.");
    throw new CliError(EXIT.unreachable, `Pulumi gives no outputs of the stack ${stack}: ${(stderr || message).trim().split("\n").at(-1) ?? ""}`);
  });
  const deployed = parse(outputs, answer.stdout, `The outputs of the stack ${stack} are not this program's`, `Deploy it with: npx pulumi up --stack ${stack}`);
  const region = deployed[REGION_OUTPUT];
  if (region === undefined) throw new CliError(EXIT.unreachable, `The stack ${stack} has no outputs. Deploy it with: npx pulumi up --stack ${stack}`);
  return { outputs: deployed, region };
}

function parse<Shape extends z.ZodType>(shape: Shape, text: string, what: string, remedy: string): z.output<Shape> {
  const parsed = shape.safeParse(parsePayload(text));
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  throw new CliError(EXIT.unreachable, `${what}: ${[...(fault?.path ?? []), ""].join(": ")}${fault?.message ?? ""}. ${remedy}`);
}
