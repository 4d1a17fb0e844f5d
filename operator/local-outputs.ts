import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/** Another program may have outputs of other types: they are left out. */
const textOutputs = z.record(z.string(), z.unknown()).transform((all) => Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => typeof entry[1] === "string")));

const localOutputs = z.object({
  outputs: textOutputs,
  endpoint: z.url(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});

/** What a local stack writes about itself into its data folder. */
export type LocalOutputs = z.output<typeof localOutputs>;

/** The local stack can't be reached; the message says why, and how to start it. */
export class LocalStackUnreachable extends Error {}

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

/** @throws LocalStackUnreachable when no stack has ever run there, or its outputs cannot be read */
export async function readLocalOutputs(place: LocalPlace): Promise<LocalOutputs> {
  const { stack } = place;
  const file = join(dataFolderOf(place), "outputs.json");
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? `is not running: there is no ${file}` : `cannot be asked: ${message}`;
    throw new LocalStackUnreachable(`The local stack ${stack} ${why}. Start it with: ${startHint(place)}`);
  });
  const parsed = localOutputs.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const fault = `${[...(issue?.path ?? []), ""].join(": ")}${issue?.message ?? ""}`;
  throw new LocalStackUnreachable(`${file} is not as the local stack writes it: ${fault}. Start the stack again: ${startHint(place)}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
