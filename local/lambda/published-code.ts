import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { chmod, lstat, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { FunctionVersion } from "./function-version.ts";

/** Folder of the published files, below the folder of the functions. No function's name begins with a dot. */
export const PUBLISHED = ".published";

/** A version's code as it was published. */
export interface PublishedCode {
  /** Folder of the published files, each under its digest. */
  readonly folder: string;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly mode: number }>>;
}

/** A file on this machine, or a text. */
export type CodeSource = string | { readonly text: string };

export function contentOf(source: CodeSource): Buffer {
  return typeof source === "string" ? readFileSync(source) : Buffer.from(source.text);
}

/**
 * Keeps the files of a version, so that {@link restoreCode} can make its code folder from them.
 *
 * @param files source files, by their path in the code folder
 * @param folder where published files are kept
 */
export async function publishCode(files: Readonly<Record<string, CodeSource>>, folder: string): Promise<PublishedCode> {
  await mkdir(folder, { recursive: true });
  const published: [string, PublishedCode["files"][string]][] = [];
  // One after the other: at once, the files of many functions are more than a process may have open.
  for (const [path, source] of Object.entries(files)) {
    const content = contentOf(source);
    const mode = typeof source === "string" ? (await stat(source)).mode : 0o644;
    const sha256 = hash("sha256", content);
    const known = await stat(join(folder, sha256)).catch(() => undefined);
    if (known?.size !== content.length) await writeWhole(join(folder, sha256), content, 0o444);
    published.push([path, { sha256, mode: mode & 0o555 }]);
  }
  return { folder, files: Object.fromEntries(published) };
}

/**
 * Removes code folders and published files that belong to no version.
 *
 * @param functionsFolder holds the code of each version in `NAME/VERSION`, and the published files
 */
export async function removeOtherCode(functionsFolder: string, versions: readonly FunctionVersion[]): Promise<void> {
  const kept = new Set(versions.flatMap(({ functionName, version }) => [functionName, join(functionName, version)]));
  for (const [codeFolder] of intact) if (codeFolder.startsWith(functionsFolder) && !kept.has(relative(functionsFolder, codeFolder))) intact.delete(codeFolder);
  for (const name of await foldersIn(functionsFolder)) {
    const versionFolders = kept.has(name) ? (await foldersIn(join(functionsFolder, name))).map((version) => join(name, version)) : [name];
    for (const folder of versionFolders.filter((each) => !kept.has(each))) await rm(join(functionsFolder, folder), { recursive: true, force: true });
  }
  const files = new Set(versions.flatMap(({ code }) => Object.values(code?.files ?? {}).map(({ sha256 }) => sha256)));
  const published = join(functionsFolder, PUBLISHED);
  for (const file of await entriesOf(published)) if (!files.has(file)) await rm(join(published, file), { force: true });
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory() && entry.name !== PUBLISHED).map(({ name }) => name);
}

/** The state in which the digests of a code folder were last right, by folder. */
const intact = new Map<string, string>();
const underWay = new Map<string, Promise<readonly string[]>>();

/**
 * Makes a code folder what was published, where it is not. On AWS it is read-only; here a handler that runs as root, or as the
 * owner, can change it, and every later environment would run the change.
 *
 * @returns the paths that had been changed or added
 */
export function restoreCode(codeFolder: string, code: PublishedCode): Promise<readonly string[]> {
  let restored = underWay.get(codeFolder);
  if (restored === undefined) {
    restored = restore(codeFolder, code).finally(() => underWay.delete(codeFolder));
    underWay.set(codeFolder, restored);
  }
  return restored;
}

async function restore(codeFolder: string, { folder, files }: PublishedCode): Promise<readonly string[]> {
  if (intact.get(codeFolder) === (await stateOf(codeFolder))) return [];
  const removed = await removeChanged(codeFolder, files);
  for (const [path, { sha256, mode }] of Object.entries(files)) {
    const target = join(codeFolder, path);
    if ((await lstat(target).catch(() => undefined)) !== undefined) continue;
    const content = await readFile(join(folder, sha256));
    if (hash("sha256", content) !== sha256) throw new Error(`the published file ${join(folder, sha256)} was changed as well. Start again with --fresh`);
    await mkdir(dirname(target), { recursive: true });
    await writeWhole(target, content, mode);
  }
  intact.set(codeFolder, await stateOf(codeFolder));
  return removed;
}

async function removeChanged(codeFolder: string, files: PublishedCode["files"]): Promise<string[]> {
  const removed: string[] = [];
  for (const path of (await entriesOf(codeFolder)).sort()) {
    const target = join(codeFolder, path);
    const found = await lstat(target).catch(() => undefined);
    const published = Object.hasOwn(files, path) ? files[path] : undefined;
    const isSame =
      found?.isDirectory() === true
        ? Object.keys(files).some((file) => file.startsWith(`${path}/`))
        : found?.isFile() === true && published !== undefined && hash("sha256", await readFile(target)) === published.sha256;
    if (isSame) continue;
    await rm(target, { recursive: true, force: true });
    // What was in a folder that is gone need not be named.
    if (found !== undefined) removed.push(path);
  }
  return removed;
}

/** Changes with every change of a file, its time of change included, without reading any. */
async function stateOf(codeFolder: string): Promise<string> {
  const states = await Promise.all(
    (await entriesOf(codeFolder)).sort().map(async (path) => {
      const { ino, mode, size, mtimeMs, ctimeMs } = await lstat(join(codeFolder, path));
      return [path, ino, mode, size, mtimeMs, ctimeMs];
    }),
  ).catch(() => undefined);
  return JSON.stringify(states);
}

/** Paths below a folder; none where there is no folder. */
async function entriesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** Moved into place, so that a kill in between leaves no part of a file. */
async function writeWhole(file: string, content: Buffer, mode: number): Promise<void> {
  const draft = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, content);
  await chmod(draft, mode);
  await rename(draft, file);
}
