import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { JobName } from "../functions/shared/declared-jobs.ts";

/** TypeScript entries of a job's folder, and what they are bundled to: the supervisor, and the work's process. */
const ENTRIES = { "main.ts": "job", "work-main.ts": "work" } as const;

/** How a job's build context is made of its folder. */
export interface ImageContext {
  /** For esbuild: path in the project without extension, by source. */
  readonly entries: readonly { readonly in: string; readonly out: string }[];
  /** Files that are copied as they are: paths relative to the job's folder. */
  readonly files: readonly string[];
}

/**
 * Reads what a job's build context consists of. A folder with `main.ts` is a TypeScript job: its entries are bundled, and its other
 * TypeScript is not copied. Everything else is copied, but for the declaration and specs.
 *
 * @param out folder of the build context, relative to the project
 */
export async function readImageContext(projectFolder: string, name: JobName, out: string): Promise<ImageContext> {
  const folder = join("container", name);
  const found = await readdir(join(projectFolder, folder), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(join(projectFolder, folder).length + 1)).sort();
  const entries = Object.entries(ENTRIES).filter(([entry]) => files.includes(entry));
  const isSource = (file: string) => file === "job.ts" || file.endsWith(".spec.ts") || (entries.length > 0 && file.endsWith(".ts"));
  return {
    entries: entries.map(([entry, output]) => ({ in: join(folder, entry), out: join(out, output) })),
    files: files.filter((file) => !isSource(file)),
  };
}

/** Reads the files that are copied, with their permissions. */
export function readFiles(projectFolder: string, name: JobName, files: readonly string[]): Promise<{ file: string; contents: Buffer; mode: number }[]> {
  return Promise.all(
    files.map(async (file) => {
      const source = join(projectFolder, "container", name, file);
      return { file, contents: await readFile(source), mode: (await stat(source)).mode & 0o777 };
    }),
  );
}

/** A file that another process is about to move into place. */
const DRAFT = /^\..+\.draft-\d+$/;

/** Removes files of a build context that the job's folder no longer makes: a `COPY .` would take them along. */
export async function removeOthers(folder: string, wanted: ReadonlySet<string>): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const others = found.filter((entry) => entry.isFile() && !DRAFT.test(entry.name)).map((entry) => join(entry.parentPath, entry.name)).filter((file) => !wanted.has(file));
  await Promise.all(others.map((file) => rm(file, { force: true })));
}
