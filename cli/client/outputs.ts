import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { CliError, EXIT } from "../exit-codes.ts";
import type { LocalEndpoint } from "./local-api.ts";
import { parsePayload } from "./payload.ts";

const outputs = z.record(z.string(), z.string());

/** A program of one's own may have outputs of other types: they are left out. */
const textOutputs = z.record(z.string(), z.unknown()).transform((all) => Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === "string")));

const localOutputs = z.object({
  outputs: textOutputs,
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

export interface LocalStackOutputs extends StackOutputs {
  readonly local: LocalEndpoint;
}

/** Where a local stack is. */
export interface LocalPlace {
  readonly stack: string;
  /** Data folder; `.local/<stack>` of the program when absent. */
  readonly data?: string | undefined;
  /** Folder of the program; the current folder when absent. */
  readonly program?: string | undefined;
}

export function dataFolderOf({ stack, data, program = "." }: LocalPlace): string {
  return data ?? join(program, ".local", stack);
}

/** How to start the local stack, for messages. */
export function startHint({ stack, data, program }: LocalPlace): string {
  const options = [...(program === undefined ? [] : ["--program", program]), ...(stack === "dev" ? [] : ["--stack", stack]), ...(data === undefined ? [] : ["--data", data])];
  return ["npm start", ...(options.length > 0 ? ["--", ...options] : [])].join(" ");
}

/** @throws CliError when no stack has ever run there, or its outputs cannot be read */
export async function loadLocal(place: LocalPlace): Promise<LocalStackOutputs> {
  const { stack } = place;
  const file = join(dataFolderOf(place), "outputs.json");
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? `is not running: there is no ${file}` : `cannot be asked: ${message}`;
    throw new CliError(EXIT.unreachable, `The local stack ${stack} ${why}. Start it with: ${startHint(place)}`);
  });
  const { outputs, region, ...rest } = parse(localOutputs, text, `${file} is not as the local stack writes it`, `Start the stack again: ${startHint(place)}`);
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
  const region = deployed["region"];
  if (region === undefined) throw new CliError(EXIT.unreachable, `The stack ${stack} has no outputs. Deploy it with: npx pulumi up --stack ${stack}`);
  return { outputs: deployed, region };
}

function parse<Shape extends z.ZodType>(shape: Shape, text: string, what: string, remedy: string): z.output<Shape> {
  const parsed = shape.safeParse(parsePayload(text));
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  throw new CliError(EXIT.unreachable, `${what}: ${[...(fault?.path ?? []), ""].join(": ")}${fault?.message ?? ""}. ${remedy}`);
}
