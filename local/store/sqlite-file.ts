import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { UserError } from "../errors.ts";

/** "LSTK" in a store's header says whose file it is. */
const APPLICATION_ID = 0x4c53544b;
/** Of the tables. One more with every change that a store made before does not have. */
const STORE_FORMAT = 3;

/** Marks a new store, in the file itself before anything else is in it. */
export const MARK_NEW_STORE = `BEGIN; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${STORE_FORMAT}; COMMIT`;

/** `new`: there is nothing yet. */
export type StoreKind = "new" | "ours" | "other format" | "foreign" | "damaged";

const HEADER_BYTES = 100;
const MAGIC = "SQLite format 3\0";

/**
 * Tells from its header what a file is, without opening it as a database: SQLite would write to it.
 *
 * @throws UserError when it cannot be read
 */
export function storeKind(file: string): StoreKind {
  const header = readHeader(file);
  if (header === undefined || header.length === 0) return "new";
  if (header.length < HEADER_BYTES || header.toString("latin1", 0, MAGIC.length) !== MAGIC) return "damaged";
  if (header.readUInt32BE(68) !== APPLICATION_ID) return "foreign";
  return header.readUInt32BE(60) === STORE_FORMAT ? "ours" : "other format";
}

/**
 * Whether a store has to be made or is there.
 *
 * @throws UserError when the file is anything that this version cannot work with
 */
export function checkStore(file: string): "new" | "ours" {
  const kind = storeKind(file);
  switch (kind) {
    case "new":
    case "ours":
      return kind;
    case "other format":
      throw new UserError(`${file} was written by another version of the local stack, so it was left as it is. Use that version, another folder with --data, or begin anew with --fresh.`);
    case "foreign":
      throw new UserError(`${file} is not a store of this local stack, so it was left as it is. Use another folder with --data, or move the file away.`);
    case "damaged":
      throw damaged(file);
  }
}

/** @throws UserError when the structure of an open database is damaged. Takes about a second per GB. */
export function checkStructure(database: DatabaseSync, file: string): void {
  const row = database.prepare("PRAGMA quick_check(1)").get();
  if (row?.quick_check !== "ok") throw damaged(file);
}

/**
 * What stands behind an error of SQLite, for the person at the keyboard; other errors come back as they are.
 *
 * @param file that SQLite worked on
 */
export function explainSqliteError(error: unknown, file: string): unknown {
  // The low byte is the kind of error, the rest its details.
  const kind = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  const reason = REASONS[kind];
  if (reason === undefined) return error;
  if (kind === SQLITE_CORRUPT || kind === SQLITE_NOTADB) return damaged(file, error);
  return new UserError(`${file} cannot be ${reason}.`, { cause: error });
}

/** Whether nothing more can be written to a store after this error, as on a full disk. */
export function isFatal(error: unknown): boolean {
  return (((error as { errcode?: number }).errcode ?? 0) & 0xff) in REASONS;
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;
const REASONS: Readonly<Record<number, string>> = {
  3: "opened: permission denied",
  5: "opened: another program, a database browser perhaps, has it open. Close it there",
  8: "written: it is read-only",
  10: "read or written: the disk reports an error, or is full",
  [SQLITE_CORRUPT]: "read: it is damaged",
  13: "written: the disk is full. Free space on it and start again",
  14: "opened: it is a folder, its folder is missing, or this user may not write to it",
  [SQLITE_NOTADB]: "read: it is damaged",
};

function damaged(file: string, cause?: unknown): UserError {
  return new UserError(`${file} is damaged, so it was left as it is. Put a copy in its place, use another folder with --data, or begin anew with --fresh.`, { cause });
}

function readHeader(file: string): Buffer | undefined {
  let descriptor: number;
  try {
    if (statSync(file).isDirectory()) throw new Error("it is a folder.");
    descriptor = openSync(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, readSync(descriptor, header));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}
