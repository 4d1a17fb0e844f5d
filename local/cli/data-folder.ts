import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { lockFolder } from "../store/folder-lock.ts";

/**
 * Deletes the content of a local stack's data folder.
 *
 * @throws UserError when the folder holds something else, or a stack is running on it
 */
export async function emptyDataFolder(folder: string): Promise<void> {
  if (!existsSync(folder) || (await readdir(folder)).length === 0) return;
  if (!existsSync(join(folder, "stack.sqlite"))) {
    throw new UserError(`${folder} is not the data folder of a local stack (it has no stack.sqlite), so nothing in it was deleted. Name another folder with --data.`);
  }
  lockFolder(folder).release();
  await rm(folder, { recursive: true });
}
