import type * as pulumi from "@pulumi/pulumi";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import * as z from "zod";
import { UserError } from "../errors.ts";

const main = z.looseObject({ main: z.string().optional() });
const INDEX_FILES = ["index.ts", "index.js", "index.mjs", "index.mts", "index.cts"];

/**
 * The module that Pulumi runs: `main` of Pulumi.yaml, else `main` of package.json, else index.ts or index.js. Its folder is the
 * program's working directory.
 *
 * @throws UserError when there is none
 */
export function entryPoint(projectFolder: string): string {
  const project = main.parse(parse(readFileSync(join(projectFolder, "Pulumi.yaml"), "utf8")));
  const place = resolve(projectFolder, project.main ?? ".");
  if (!isFolder(place)) return existing(place);
  const packageFile = join(place, "package.json");
  const ofPackage = existsSync(packageFile) ? main.parse(JSON.parse(readFileSync(packageFile, "utf8"))).main : undefined;
  const candidates = [...(ofPackage === undefined ? [] : moduleFiles(join(place, ofPackage))), ...INDEX_FILES.map((file) => join(place, file))];
  return existing(...candidates);
}

/** The Pulumi SDK that the program itself loads; for a program without one, the SDK of the local stack. */
export async function programSdk(entry: string): Promise<typeof pulumi> {
  try {
    const sdk = (await import(pathToFileURL(createRequire(entry).resolve("@pulumi/pulumi")).href)) as { default: typeof pulumi };
    return sdk.default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    return import("@pulumi/pulumi");
  }
}

/** Files that a path without an extension may name, as require resolves it. */
export function moduleFiles(path: string): string[] {
  return [path, `${path}.ts`, `${path}.js`, join(path, "index.ts"), join(path, "index.js"), path.replace(/\.js$/, ".ts")];
}

function existing(...candidates: readonly string[]): string {
  const found = candidates.find((file) => existsSync(file) && !isFolder(file));
  if (found === undefined) throw new UserError(`The program has no ${candidates[0] ?? "index.ts"}. Name its module as main in Pulumi.yaml.`);
  return found;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
