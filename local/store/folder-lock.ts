import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";

/** Released by the operating system whenever the process ends, however it ends: unlike a file with a process id in it. */
export interface FolderLock {
  release(): void;
}

/**
 * Makes sure that one stack at a time works on a data folder.
 *
 * @throws UserError when another process has it
 */
export function lockFolder(folder: string): FolderLock {
  const database = new DatabaseSync(join(folder, "lock.sqlite"));
  try {
    // In exclusive locking mode SQLite keeps the file lock until the connection ends.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new UserError(`Another local stack is running on ${folder}. Stop it, or use another folder with --data.`);
  }
  return { release: () => database.close() };
}

const SQLITE_BUSY = 5;
