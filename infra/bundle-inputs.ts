import type { Metafile } from "esbuild";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

/** Written beside the bundles. The local stack reads it, to bundle what a saved file is part of without evaluating the program. */
export const INPUTS_FILE = "inputs.json";
/** Of Node, in the project's folder; the changed files follow. */
const COMMAND = ["infra/bundle-main.ts"];

/** The sources of each bundle and build context, all paths relative to the project; packages are left out. */
export type BundleInputs = Readonly<Record<string, readonly string[]>>;

export function inputsOf({ outputs }: Metafile): BundleInputs {
  const bundles = Object.entries(outputs).filter(([output]) => !output.endsWith(".map"));
  return Object.fromEntries(bundles.map(([output, { inputs }]) => [output, Object.keys(inputs).filter((input) => !input.includes("node_modules/"))]));
}

/** Sorted, so that it doesn't depend on what was bundled last. */
export function inputsText(outputs: BundleInputs): Buffer {
  const sorted = Object.fromEntries(Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Buffer.from(`${JSON.stringify({ command: COMMAND, outputs: sorted }, null, 2)}\n`);
}

/** @returns undefined when nothing was bundled yet */
export async function readInputs(projectFolder: string, out: string): Promise<BundleInputs | undefined> {
  const text = await readFile(join(projectFolder, out, INPUTS_FILE), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { outputs: BundleInputs }).outputs; // Written by inputsText.
}

/** Whether one of the changed files is a source; always where the sources are not known. */
export function isMadeOf(sources: readonly string[] | undefined, projectFolder: string, changed: readonly string[] = []): boolean {
  return sources === undefined || sources.some((source) => changed.includes(resolve(projectFolder, source)));
}
