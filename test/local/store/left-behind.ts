import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * A copy of the store as `kill -9` at this moment would leave it. An open store lets nobody else look into it.
 *
 * @returns the copy's path, in a folder of its own beside the store
 */
export function leftBehind(file: string): string {
  const copy = join(mkdtempSync(join(dirname(file), "left-behind-")), basename(file));
  for (const part of ["", "-wal"]) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
  return copy;
}
