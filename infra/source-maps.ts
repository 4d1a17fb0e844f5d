import { hash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** Folder of the source maps, which are in no archive and no image. */
export const SOURCE_MAPS = join(".build", "source-maps");

interface OutputFile {
  readonly path: string;
  readonly contents: Uint8Array;
}

/** Writes a file unless it has these bytes already. */
type Write = (path: string, contents: Uint8Array) => Promise<void>;

/**
 * Writes each bundle's source map under the SHA-256 of the bundle: a debugger meets copies of a bundle elsewhere, and older versions of
 * it, whose lines are different. Sources in a map are relative to the bundle's folder.
 *
 * @param outputs of esbuild: bundles, and the map of each with `.map` behind its path
 */
export async function writeSourceMaps(projectFolder: string, outputs: readonly OutputFile[], write: Write): Promise<void> {
  const contentsOf = new Map(outputs.map(({ path, contents }) => [path, contents]));
  await Promise.all(
    outputs.map(async ({ path, contents }) => {
      const map = contentsOf.get(`${path}.map`);
      if (map !== undefined) await write(join(projectFolder, SOURCE_MAPS, mapName(contents)), map);
    }),
  );
}

/** Removes the maps of bundles that have been replaced. @param bundles paths of all bundles, relative to the project */
export async function removeOtherMaps(projectFolder: string, bundles: readonly string[]): Promise<void> {
  const folder = join(projectFolder, SOURCE_MAPS);
  const present = await Promise.all(bundles.map((path) => readFile(join(projectFolder, path)).catch(() => undefined)));
  const wanted = new Set(present.flatMap((bundle) => (bundle === undefined ? [] : mapName(bundle))));
  const others = (await readdir(folder)).filter((name) => name.endsWith(".map") && !wanted.has(name));
  await Promise.all(others.map((name) => rm(join(folder, name), { force: true })));
}

function mapName(bundle: Uint8Array): string {
  return `${hash("sha256", bundle)}.map`;
}
