import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { UserError } from "../errors.ts";
import type { Credentials } from "./access.ts";
import { accessKey } from "./credential-registry.ts";

const schema = z.strictObject({ accessKeyId: z.string().regex(/^AKIA[A-Z2-7]{16}$/), secretAccessKey: z.string().length(40) });

/**
 * The local developer's access key, made at the first start and kept in the data folder, readable by its owner only.
 *
 * @throws UserError when the file is there and holds something else
 */
export function developerCredentials(dataFolder: string): Credentials {
  const file = join(dataFolder, "developer-credentials.json");
  const text = readIfThere(file);
  if (text === undefined) return create(dataFolder, file);
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw new UserError(`${file} does not hold the local developer's access key. Delete it to have a new one made.`);
  chmodSync(file, 0o600);
  return parsed.data;
}

function create(dataFolder: string, file: string): Credentials {
  const credentials = accessKey("AKIA");
  mkdirSync(dataFolder, { recursive: true });
  // Renamed into place, so that a kill in between leaves no half of it.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(credentials), { mode: 0o600 });
  renameSync(draft, file);
  return credentials;
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    // A folder holds no key, either.
    if (code === "EISDIR") return "";
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
