import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";
import { explainSqliteError } from "./sqlite-file.ts";

/** Released by the operating system whenever the process ends, however it ends: unlike a file with a process id in it. */
export interface FolderLock {
  readonly release: () => void;
}

/**
 * Makes sure that one stack at a time works on a data folder.
 *
 * @throws UserError when another process has it, or the lock's file cannot be used
 */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, "lock.sqlite");
  const database = open(file);
  try {
    // In exclusive locking mode SQLite keeps the file lock until the connection ends.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
      throw new UserError(`Another local stack is running on ${folder}. Stop it, or use another folder with --data.`);
    }
    throw explain(error, file);
  }
}

/** A lock holds no data, so a damaged one needs no copy. */
function explain(error: unknown, file: string): unknown {
  if ((error as { errcode?: number }).errcode !== SQLITE_NOTADB) return explainSqliteError(error, file);
  return new UserError(`${file} is damaged. There is no data in it: make sure that no local stack runs on its folder, and delete it.`, { cause: error });
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file);
  } catch (error) {
    throw explainSqliteError(error, file);
  }
}

const SQLITE_BUSY = 5;
const SQLITE_NOTADB = 26;
