import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { UserError } from "../errors.ts";
import type { CodeSource } from "../lambda/published-code.ts";
import type { RegisteredResource, Revisions } from "../program/resource.ts";

/** What a resource gets when its code is read, after the evaluation. */
export interface PublishedResource {
  /** By the placeholders that the evaluation was given. */
  readonly values: Readonly<Record<string, string>>;
  readonly revision?: { readonly resource: string; readonly current: Revisions[string] };
  /** Outputs that the evaluation has not seen. */
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export type Publisher = (resource: RegisteredResource, revisions: Revisions) => PublishedResource | Promise<PublishedResource>;

/** Pulumi type token → publisher. */
export type Publishers = Readonly<Record<string, Publisher>>;

/** The revision of a resource with this content: a new one when the content has changed. */
export function nextRevision(resource: string, hash: string, revisions: Revisions): NonNullable<PublishedResource["revision"]> {
  const before = revisions[resource];
  const revision = before === undefined ? 1 : before.hash === hash ? before.revision : before.revision + 1;
  return { resource, current: { revision, hash } };
}

/**
 * The files of an archive by their path in it.
 *
 * @param parts files and folders on this machine, and texts
 * @throws UserError when one of them is missing
 */
export async function archiveFiles(parts: Readonly<Record<string, CodeSource>>): Promise<Record<string, CodeSource>> {
  const files: [string, CodeSource][] = [];
  for (const [path, part] of Object.entries(parts)) {
    if (typeof part !== "string") {
      files.push([path, part]);
      continue;
    }
    const found = await stat(part).catch(() => undefined);
    if (found === undefined) throw new UserError(`The code of a function is missing: there is no ${part}.`);
    if (!found.isDirectory() && path === "") throw new UserError(`The local stack reads no archive files, such as ${part}. Give the folder to FileArchive: Pulumi packs it.`);
    if (!found.isDirectory()) files.push([path, part]);
    else files.push(...(await folderFiles(part)).map((file): [string, CodeSource] => [join(path, file), join(part, file)]));
  }
  return Object.fromEntries(files);
}

async function folderFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
