import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { lockFolder, type FolderLock } from "./folder-lock.ts";
import { checkStore, storeKind } from "./sqlite-file.ts";

const STORE = "stack.sqlite";
const LOCK = "lock.sqlite";

export interface DataFolder {
  /** Path of the store's file. */
  readonly store: string;
  readonly release: () => void;
}

/**
 * Takes a folder for a stack's data, making it when missing. One that holds something else is not touched. Only its owner can
 * enter it: payloads, logs and credentials are in it.
 *
 * @throws UserError when it cannot be had: another stack has it, or it or its store are not a local stack's
 */
export function takeDataFolder(folder: string): DataFolder {
  const entries = visibleEntries(folder);
  if (entries.length > 0 && !entries.includes(STORE) && !entries.includes(LOCK)) {
    throw new UserError(`${folder} holds other files than a local stack's, so it was left as it is. Name an empty or a new folder with --data.`);
  }
  const store = join(folder, STORE);
  if (!entries.includes(LOCK)) checkStore(store);
  let lock: FolderLock;
  try {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    lock = lockFolder(folder);
  } catch (error) {
    throw folderError(folder, error);
  }
  return { store, release: () => lock.release() };
}

/**
 * Deletes the content of a local stack's data folder.
 *
 * @throws UserError when the folder holds something else, or a stack is running on it
 */
export async function emptyDataFolder(folder: string): Promise<void> {
  const entries = visibleEntries(folder);
  if (entries.length === 0) return;
  const kind = storeKind(join(folder, STORE));
  const isOurs = kind === "ours" || kind === "other format" || ((kind === "new" || kind === "damaged") && entries.includes(LOCK));
  if (!isOurs) throw new UserError(`${folder} is not the data folder of a local stack, so nothing in it was deleted. Name another folder with --data.`);
  if (entries.includes(LOCK)) lockFolder(folder).release();
  await rm(folder, { recursive: true });
}

/** Without what a file browser or a version control leaves in any folder. */
function visibleEntries(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw folderError(folder, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EEXIST: "it is a file",
  ENOTDIR: "it is a file, or below one",
  EISDIR: "it is a folder",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "this user's share of the disk is full",
  EIO: "the disk reports an error",
};

function folderError(folder: string, error: unknown): unknown {
  const { code = "" } = error as NodeJS.ErrnoException;
  // What Node reports for a folder that cannot be made below one that is there on a read-only disk.
  const reason = code === "ENOENT" ? "it cannot be made, perhaps because the disk is read-only" : REASONS[code];
  return reason === undefined ? error : new UserError(`The data folder ${folder} cannot be used: ${reason}. Name another with --data.`, { cause: error });
}

/** The reason why a file in the data folder could not be written, for the person at the keyboard; other errors come back as they are. */
export function explainFileError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  // A write to an open file names none.
  const { code = "", path = folder, dest } = error as NodeJS.ErrnoException & { dest?: string };
  const file = dest ?? path;
  const reason = REASONS[code];
  if (reason === undefined || !file.startsWith(folder)) return error;
  return new UserError(`${file} cannot be written: ${reason}. Put that right and start again, or name another data folder with --data.`, { cause: error });
}
